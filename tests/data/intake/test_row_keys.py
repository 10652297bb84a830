"""Row keys: the same for the same row, in blocks of any size."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake.row_keys import RowKeys

SECRET = b"0123456789abcdef"


def test_a_case_number_is_a_keyed_hash_and_not_to_be_read() -> None:
    (key,) = RowKeys(SECRET).of_case_numbers(["0100-12345"])
    assert key == hashlib.blake2b(b"case:0100-12345", key=SECRET, digest_size=32).digest()


def test_two_spellings_of_one_letter_are_one_case() -> None:
    one, other = RowKeys(SECRET).of_case_numbers(["Å-1", "A\u030a-1"])
    assert one == other


def test_rows_that_join_alike_have_different_keys() -> None:
    keys = RowKeys(SECRET).of_contents([["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"]])
    assert len(set(keys)) == 4


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret must have at least 16 bytes, found 3"):
        RowKeys(b"abc")


@given(st.lists(st.sampled_from("abc"), max_size=40), st.lists(st.integers(1, 40), max_size=10))
def test_alike_rows_are_numbered_through_the_file_however_it_is_cut(rows: list[str], cuts: list[int]) -> None:
    whole = RowKeys(SECRET).of_contents([[row] for row in rows])
    keys, parts, start = RowKeys(SECRET), [], 0
    for stop in [*sorted(cut for cut in cuts if cut < len(rows)), len(rows)]:
        parts += keys.of_contents([[row] for row in rows[start:stop]])
        start = stop
    assert parts == whole
    assert len(set(whole)) == len(rows)
    # The first of each is known by its content alone: another file with only that row finds it again.
    for row in Counter(rows):
        assert RowKeys(SECRET).of_contents([[row]])[0] == whole[rows.index(row)]
