from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.audit import AuditRow
from models.audit_chain import FIRST_HASH, Anchor, AnchorError, anchor_of, row_hash, verify_chain

START = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def chain(*subjects: str) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for number, subject in enumerate(subjects, 1):
        at = START + timedelta(seconds=number)
        row = AuditRow(number, at, "analyse", "consultation", "analysis", subject, "analyse", "released", b"")
        rows.append(replace(row, hash=row_hash(rows[-1].hash if rows else FIRST_HASH, row)))
    return rows


def end_of(rows: list[AuditRow]) -> Anchor:
    return Anchor(rows[-1].id, rows[-1].hash) if rows else Anchor(0, FIRST_HASH)


ROWS = chain(*"abcdefg")


@given(st.lists(TEXT, max_size=8))
def test_a_chain_verifies(subjects: list[str]) -> None:
    rows = chain(*subjects)
    assert verify_chain(rows, end_of(rows)).fault is None
    assert verify_chain(rows, end_of(rows)).rows == len(subjects)


@given(st.integers(0, 6), st.sampled_from(["actor", "action", "purpose", "subject", "recipient", "outcome"]), TEXT)
def test_any_changed_field_is_found_and_its_row_named(at: int, field: str, text: str) -> None:
    changed = list(ROWS)
    changed[at] = replace(ROWS[at], **{field: text})
    fault = verify_chain(changed, end_of(ROWS)).fault
    same = getattr(ROWS[at], field) == text
    assert fault == (
        None
        if same
        else f"row {at + 1} was changed or put in another row's place: its hash does not follow from it and row {at}"
    )


def test_a_changed_time_is_found_to_the_microsecond() -> None:
    changed = [replace(row, at=row.at + timedelta(microseconds=row.id == 3)) for row in ROWS]
    assert (verify_chain(changed, end_of(ROWS)).fault or "").startswith("row 3 was changed")


@given(st.sets(st.integers(1, 7), min_size=1))
def test_removed_rows_are_found_and_the_first_named(gone: set[int]) -> None:
    left = [row for row in ROWS if row.id not in gone]
    fault = verify_chain(left, end_of(ROWS)).fault or ""
    first = min(gone)
    last = first
    while last + 1 in gone:
        last += 1
    assert fault.startswith(f"row {first} was removed" if first == last < 7 else f"rows {first} to {last} were removed")


@given(st.permutations(range(7)))
def test_another_order_is_found(order: list[int]) -> None:
    # As the table would hold it: the numbers stand in order, what belongs to them does not.
    moved = [replace(ROWS[old], id=new + 1) for new, old in enumerate(order)]
    fault = verify_chain(moved, end_of(ROWS)).fault
    first = next((i for i, old in enumerate(order) if i != old), None)
    assert (fault is None) == (first is None)
    assert first is None or (fault or "").startswith(f"row {first + 1} was changed or put in another row's place")


def test_rows_out_of_order_are_named() -> None:
    fault = verify_chain([*ROWS[:3], ROWS[1], *ROWS[3:]], end_of(ROWS)).fault
    assert fault == "row 2 stands twice or out of order: it comes after row 3"


def test_fields_cannot_run_into_each_other() -> None:
    one = replace(ROWS[0], actor="ab", action="c")
    assert row_hash(FIRST_HASH, one) != row_hash(FIRST_HASH, replace(one, actor="a", action="bc"))


def test_a_log_written_anew_is_found_by_an_anchor_alone() -> None:
    anchor = Anchor(5, ROWS[4].hash)
    forged = chain("a", "x", "c", "d", "e", "f", "g")
    assert verify_chain(forged, end_of(forged)).fault is None
    assert verify_chain(forged, end_of(forged), anchor).fault == (
        "row 5 is not the row of the anchor: the log was written anew up to it"
    )
    short = ROWS[:3]
    assert verify_chain(short, end_of(short)).fault is None
    assert verify_chain(short, end_of(short), anchor).fault == "rows 4 to 5 were removed: the anchor knows row 5"
    assert verify_chain(ROWS, end_of(ROWS), anchor).fault is None


def test_an_end_that_does_not_fit_is_found() -> None:
    assert verify_chain(ROWS, None).fault == ("the end of the chain was removed: nobody can say which row was the last")
    assert (
        verify_chain(ROWS, Anchor(6, ROWS[5].hash)).fault == "rows 7 to 7 were put in: the end of the chain is at row 6"
    )
    assert verify_chain(ROWS, Anchor(7, FIRST_HASH)).fault == (
        "the end of the chain was changed: its hash is not that of row 7"
    )


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_an_anchor_reads_as_it_was_written(number: int, digest: bytes) -> None:
    assert anchor_of(f"{Anchor(number, digest)}\n") == Anchor(number, digest)


@pytest.mark.parametrize("text", ["", "5", "5:zz", "5:00", f"-1:{'00' * 32}", f"x:{'00' * 32}"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(AnchorError):
        anchor_of(text)
