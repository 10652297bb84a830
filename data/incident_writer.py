"""One import into the database: incidents and their panel entries go in while the next block is being read.

A row whose key cannot be known goes straight into its table. One whose key may be known waits in a temporary table
to the end of the file, where whole keys are compared and the last row of each key decides.
"""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray

from data.binary_copy import END, HEADER, Column, Texts, copy_rows, dates, points, rows_read, timestamps
from data.coding import Coding
from data.intake.block import IntakeBlock, Withdrawals
from data.known_keys import KnownKeys, prefixes
from data.statements import statements
from models.panel import IncidentColumns, Panel, negated, panel_of
from models.partnership import Partnership

INCIDENTS = statements("incidents")
PANEL = statements("panel")
BLOCKS_AHEAD = 2
ROWS_AT_ONCE = 50_000
SWITCH_INTERVAL_S = 0.0002

Connection = psycopg.Connection[Any]
Job = tuple[LiteralString, bytes]


@dataclass(frozen=True)
class Decided:
    """How many keys are new, how many have a new version, and how many incidents were withdrawn."""

    created: int
    changed: int
    withdrawn: int


class IncidentWriter:
    """Writes the blocks of one import within the transaction of ``connection``."""

    def __init__(self, connection: Connection, partnership: Partnership, source: str, *, trial: bool = False) -> None:
        # What is rolled back anyway need not keep anybody out.
        self._connection = connection
        self._partnership = partnership
        self._coding = Coding(partnership)
        self._place: Mapping[str, str] = {"partnership": partnership.id, "source": source}
        self._first = not trial and _nothing_there(connection)
        self._known = KnownKeys(_known_prefixes(connection, self._place))
        self._new = self._waiting = self._blocks = 0
        self._withdrawn = False
        connection.execute(INCIDENTS["create_incoming"])
        connection.execute(INCIDENTS["create_withdrawal"])

    def write(self, blocks: Iterable[IntakeBlock]) -> tuple[int, int]:
        """Send all ``blocks``; returns how many rows were read and how many rejected."""
        read = rejected = 0
        sent: deque[Future[None]] = deque()
        # The database works on one block while the next is read; the connection is the thread's until it is done.
        with _threads_in_turn(), ThreadPoolExecutor(1, thread_name_prefix="writer") as writer:
            for block in blocks:
                read += block.read
                rejected += len(block.rejects)
                if len(block.incidents) or len(block.withdrawn.key):
                    sent.append(writer.submit(self._send, self._jobs(block)))
                while len(sent) > BLOCKS_AHEAD:
                    sent.popleft().result()
            for future in sent:
                future.result()
        if self._first:
            self._connection.execute(INCIDENTS["create_index_in_force"])
        return read, rejected

    def finish(self) -> Decided:
        """Decide what waits."""
        withdrawn = self._withdraw() if self._withdrawn else 0
        if not self._waiting:
            return Decided(self._new, 0, withdrawn)
        if self._known.repeated:
            self._execute("keep_last_of_each_key")
        # Without numbers the planner takes both tables for tiny, and compares every row with every row.
        self._connection.execute("ANALYZE incoming")
        self._connection.execute(INCIDENTS["analyze"])
        if self._execute("drop_unchanged") == self._waiting:
            return Decided(self._new, 0, withdrawn)
        self._change_panel("incidents_to_replace", out=True)
        self._change_panel("incidents_incoming", out=False)
        taken_back = self._execute("take_back")
        superseded = self._execute("supersede")
        inserted = self._execute("insert_incoming")
        return Decided(self._new + inserted - taken_back - superseded, superseded, withdrawn)

    def _withdraw(self) -> int:
        """Take back what the file's last row of a key withdraws; returns how many incidents were in force before."""
        self._connection.execute("ANALYZE withdrawal, incoming")
        self._execute("drop_withdrawals_overtaken")
        self._waiting -= self._execute("drop_incoming_withdrawn")
        self._change_panel("incidents_to_withdraw", out=True)
        self._new -= self._execute("take_back_withdrawn")
        return self._execute("withdraw")

    def _jobs(self, block: IntakeBlock) -> list[Job]:
        """What one block asks of the database."""
        jobs: list[Job] = []
        # Lines are the order within a block; blocks come one after the other.
        first_ordinal = self._blocks << 40
        self._blocks += 1
        if len(block.withdrawn.key):
            # First: an incident of the same block and key must wait, and the order of the lines decide.
            jobs.append(self._withdrawal_job(block.withdrawn, first_ordinal))
        keys = _as_bytes(block.key)
        first_bits = prefixes(keys)
        maybe_known = self._known.add(first_bits)
        # In the order of the keys, the index on them is written page by page.
        new = np.argsort(first_bits, kind="stable")
        new = new[~maybe_known[new]]
        methods = _method_texts(block.geocode_method)
        if len(new):
            incidents = block.incidents.take(new)
            rows = self._rows(incidents, keys[new], Texts(methods.values, _taken(methods.position, new)))
            entries = panel_of(incidents, self._partnership.calendar)
            jobs += [(INCIDENTS["copy_new"], rows), self._panel_job(entries)]
        if maybe_known.any():
            wait = np.flatnonzero(maybe_known)
            ordinal = first_ordinal + block.line[wait]
            texts = Texts(methods.values, _taken(methods.position, wait))
            rows = self._rows(block.incidents.take(wait), keys[wait], texts, ordinal)
            jobs.append((INCIDENTS["copy_incoming"], rows))
            self._waiting += len(wait)
        self._new += len(new)
        return jobs

    def _rows(self, incidents: IncidentColumns, keys: NDArray[np.uint8], method: Texts, *first: NDArray[Any]) -> bytes:
        numbers: list[Column] = [
            *first,
            keys,
            np.ones(len(incidents), dtype=np.int32),
            *map(timestamps, (incidents.from_s, incidents.to_s, incidents.known_s)),
            points(incidents.lon, incidents.lat),
            incidents.accuracy_m,
            incidents.cell,
            incidents.edge,
        ]
        place = (Texts([text]) for text in self._place.values())
        return copy_rows(numbers, [*place, *self._coding.incident_texts(incidents), method])

    def _withdrawal_job(self, withdrawn: Withdrawals, first_ordinal: int) -> Job:
        keys = _as_bytes(withdrawn.key)
        self._known.add(prefixes(keys))
        self._withdrawn = True
        return INCIDENTS["copy_withdrawal"], copy_rows([first_ordinal + withdrawn.line, keys], [])

    def _panel_job(self, panel: Panel) -> Job:
        numbers: list[Column] = [panel.cell, dates(panel.day), panel.weight_ppm]
        texts = [Texts([self._partnership.id]), *self._coding.panel_texts(panel)]
        return PANEL["copy_entries"], copy_rows(numbers, texts)

    def _change_panel(self, statement: str, *, out: bool) -> None:
        """Add the incidents that ``statement`` selects to the panel, or take them ``out``."""
        with self._connection.cursor(statement) as cursor:
            cursor.execute(INCIDENTS[statement], self._place)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                change = panel_of(self._coding.incidents(rows), self._partnership.calendar)
                self._send([self._panel_job(negated(change) if out else change)])

    def _send(self, jobs: Iterable[Job]) -> None:
        for statement, rows in jobs:
            with self._connection.cursor().copy(statement) as copy:
                copy.write(HEADER + rows + END)

    def _execute(self, statement: str) -> int:
        return self._connection.execute(INCIDENTS[statement], self._place).rowcount


@contextmanager
def _threads_in_turn() -> Iterator[None]:
    """Let the thread that feeds the database go on as soon as it can, which is many times a block."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval_s)


def _nothing_there(connection: Connection) -> bool:
    """Whether the table is empty; its index on keys is then dropped, for one built at the end costs a fraction.

    That takes a lock that keeps everybody out until the commit, so it is not waited for: two writers that wait for
    each other would never end. Whoever does not get it writes the index row by row.
    """
    if not _empty(connection):
        return False
    try:
        with connection.transaction():
            connection.execute(INCIDENTS["lock_incidents"])
    except psycopg.errors.LockNotAvailable:
        return False
    # Another writer may have committed just before the lock.
    if not _empty(connection):
        return False
    connection.execute(INCIDENTS["start_anew"])
    return True


def _empty(connection: Connection) -> bool:
    row = connection.execute(INCIDENTS["nothing_there"]).fetchone()
    return bool(row and row[0])


def _known_prefixes(connection: Connection, place: Mapping[str, str]) -> NDArray[np.uint64]:
    with connection.cursor().copy(INCIDENTS["copy_known_keys"], place) as copy:
        blocks = [block["f0"].astype(np.uint64) for block in rows_read(copy, ">u8")]
    return np.concatenate([np.empty(0, np.uint64), *blocks])


def _as_bytes(keys: tuple[bytes, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 32)


def _method_texts(methods: tuple[str, ...]) -> Texts:
    names = sorted(set(methods))
    if len(names) == 1:
        return Texts(names)
    index = {name: i for i, name in enumerate(names)}
    return Texts(names, np.fromiter(map(index.__getitem__, methods), dtype=np.int64, count=len(methods)))


def _taken(position: NDArray[Any] | None, rows: NDArray[np.intp]) -> NDArray[Any] | None:
    return None if position is None else position[rows]
