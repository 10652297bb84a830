"""``trygkort serve`` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.accounts import create_token
from models.viewer import Grant, Role
from tests.demonstration import Loaded

PATIENCE_S = 300.0  # a few seconds on an idle machine


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def token(demo: Loaded) -> str:
    """A token of an analyst's account."""
    now, books = datetime.now(UTC), demo.store.accounts
    handle = f"program-{len(books.accounts()) + 1}"
    books.add(handle, None, "test")
    books.grant(handle, Grant("indre-noerrebro", Role.ANALYST), "test")
    return create_token(books, handle, ["read"], days=1, now=now, actor="test")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_and_ends_quietly(demo: Loaded, tmp_path: Path, ending: signal.Signals) -> None:
    port = free_port()
    service = subprocess.Popen(
        [Path(sys.executable).with_name("trygkort"), "serve", "--port", str(port)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TRYGKORT_DATABASE_URL": demo.database},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/maps/displacement") as answer:
                    login = answer.read().decode()
                break
            except urllib.error.URLError:
                assert service.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert "Log ind" in login
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/displacement")
        request.add_header("Authorization", f"Bearer {token(demo)}")
        with urllib.request.urlopen(request) as answer:
            assert "Skt. Hans Torv" in answer.read().decode()
        service.send_signal(ending)
        said, complained = service.communicate(timeout=PATIENCE_S)
    finally:
        service.kill()
    # The test's own database has one login for everything.
    assert [line.partition(":")[0] for line in complained.splitlines()] == ["trygkort"]
    assert "could rewrite it" in complained
    assert f"http://127.0.0.1:{port}  (this machine only" in said
    assert service.returncode in (0, 130, -signal.SIGTERM)
