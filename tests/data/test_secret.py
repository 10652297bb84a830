import threading
from pathlib import Path

import pytest

from data.secret import KEY_FILE, SecretError, case_number_key


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = case_number_key(tmp_path / "home")
    assert len(key) == 32
    assert case_number_key(tmp_path / "home") == key
    assert (tmp_path / "home" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert case_number_key(tmp_path / "other") != key


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    hands = [threading.Thread(target=lambda: keys.append(case_number_key(tmp_path))) for _ in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_damaged_or_unwritable_key_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(SecretError, match="is damaged: 5 bytes instead of 32"):
        case_number_key(tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SecretError, match="cannot be read or made"):
        case_number_key(tmp_path / "file")
