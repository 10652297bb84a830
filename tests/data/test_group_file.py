from pathlib import Path

import pytest

from data.group_file import GroupFileError, load_group_roles
from models.viewer import Grant, Role


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    file.write_text('[[group]]\nname = "Æøå"\npartnership = "nord"\nrole = "guest"\n', encoding="utf-8")
    assert load_group_roles(file).grants_of(["Æøå"]) == {Grant("nord", Role.GUEST)}


def test_a_file_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    with pytest.raises(GroupFileError, match=r"there is no file of groups .*groups\.toml"):
        load_group_roles(file)
    file.write_bytes(b"\xff")
    with pytest.raises(GroupFileError, match="cannot be read"):
        load_group_roles(file)
    file.write_text("[[group]\n")
    with pytest.raises(GroupFileError, match="is not valid TOML"):
        load_group_roles(file)
