from pathlib import Path

import pytest

from data.folder import FolderError, write_folder


def test_files_are_written_whole_and_replaced_whole(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "a" / "b", {"x.html": b"one", "y.json": b"two"})
    assert folder.is_absolute()
    write_folder(folder, {"x.html": b"three"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"x.html": b"three", "y.json": b"two"}


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderError, match="cannot be written to"):
        write_folder(tmp_path / "file", {"x": b""})
