"""What nobody expected: the answer and the log have an id, a type and a place, and no value."""

import asyncio
import gc
import io
import logging
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from api import problems
from api.headers import SecurityHeaders
from api.limited import Limited
from api.limits import Limits
from api.plain_log import LINE, start_logging, what_failed
from api.server import server_config
from data.store import Store
from models.partnership import Partnership
from tests.viewers import app_of, everybody

PERSON = "Jens Hansen, 010203-1234, Blågårdsgade 7, jens@example.org"
PERSON_PARTS = ("Jens", "Hansen", "010203", "Blågårdsgade", "example.org", "Traceback", "raise")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes to its log."""
    written, root = io.StringIO(), logging.getLogger()
    before, level, hook = root.handlers, root.level, threading.excepthook
    monkeypatch.setattr(sys, "stderr", written)
    start_logging()
    yield written
    root.handlers, threading.excepthook = before, hook
    root.setLevel(level)


def failing() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/fail")
    @app.get("/fail/{what}")
    def fail(what: str = "") -> str:
        try:
            int(PERSON)
        except ValueError as error:
            raise RuntimeError(f"{PERSON} {what}") from error
        return what

    @app.get("/half")
    def half() -> StreamingResponse:
        def parts() -> Iterator[str]:
            yield "half"
            raise RuntimeError(PERSON)

        return StreamingResponse(parts())

    app.add_middleware(SecurityHeaders)
    return app


def holds_nothing(text: str) -> bool:
    return not any(part in text for part in PERSON_PARTS)


def test_an_unexpected_error_is_an_id_in_the_answer_and_a_type_and_place_in_the_log(log: io.StringIO) -> None:
    answer = TestClient(failing()).get(f"/fail/{PERSON}?q={PERSON}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["detail"] == "something went wrong here; the log of the service says what"
    assert holds_nothing(answer.text)
    [line] = log.getvalue().splitlines()
    assert holds_nothing(line)
    place = r"tests/api/test_problems\.py:\d+"
    said = rf"ERROR trygkort: error {answer.json()['id']}: RuntimeError at {place}, caused by ValueError at {place}$"
    assert re.search(said, line)


def test_a_real_server_logs_no_more(log: io.StringIO) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = Limited(failing(), Limits())
        server = uvicorn.Server(server_config(app, Limits()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        for request in ("GET /fail?navn=Jens+Hansen HTTP/1.1", "GET /half HTTP/1.1", "GET Jens Hansen 010203"):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as one, suppress(ConnectionResetError):
                one.sendall(f"{request}\r\nHost: localhost\r\nUser-Agent: Jens\r\n\r\n".encode())
                one.settimeout(1)
                with suppress(TimeoutError):
                    while part := one.recv(65536):
                        assert holds_nothing(part.decode())
        server.should_exit = True
        thread.join()
    text = log.getvalue()
    assert "RuntimeError at tests/api/test_problems.py" in text
    assert "BrokenAnswerError" in text
    assert "Invalid HTTP request received." in text
    assert holds_nothing(text)
    assert "127.0.0.1" not in text


def test_what_threads_and_tasks_leave_behind_is_logged_in_the_same_way(log: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(PERSON)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    async def left_alone() -> None:
        async def inner() -> None:
            fail()

        task = asyncio.get_running_loop().create_task(inner())
        await asyncio.sleep(0.01)
        del task
        gc.collect()

    # In a thread of its own: the browser of other tests has a loop that runs in this one.
    looping = threading.Thread(target=asyncio.run, args=(left_alone(),))
    looping.start()
    looping.join()
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert all("RuntimeError at tests/api/test_problems.py" in line for line in lines)
    assert holds_nothing(log.getvalue())


def test_a_line_has_these_keys_and_no_others() -> None:
    assert re.findall(r"%\((\w+)\)", LINE) == ["asctime", "levelname", "name", "message"]


def test_the_databases_own_words_stay_here(
    store: Store, database: str, partnership: Partnership, log: io.StringIO
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE audit ADD CONSTRAINT jens_hansen CHECK (actor = 'Jens')")
    with TestClient(app_of(store, partnership, everybody(partnership))) as client:
        answer = client.get("/v1/cells")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the database or its log cannot be used now"
    assert answer.json()["id"] in log.getvalue()
    assert "CheckViolation" in log.getvalue()
    assert "jens" not in (answer.text + log.getvalue()).lower()


def test_causes_are_named_from_the_last_to_the_first() -> None:
    def cause() -> None:
        raise KeyError(PERSON)

    def fail() -> None:
        try:
            cause()
        except KeyError as error:
            raise ValueError from error

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - it has no message, that is the point
        fail()
    assert re.fullmatch(r"ValueError at \S+:\d+, caused by KeyError at \S+:\d+", what_failed(caught.value))
