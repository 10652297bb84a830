"""``trygkort serve`` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.demonstration import Loaded

PATIENCE_S = 300.0  # a few seconds on an idle machine


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


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
                    page = answer.read().decode()
                break
            except urllib.error.URLError:
                assert service.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert "Tegn på forskydning" in page
        service.send_signal(ending)
        said, complained = service.communicate(timeout=PATIENCE_S)
    finally:
        service.kill()
    assert complained == ""
    assert said.startswith(f"http://127.0.0.1:{port}  (this machine only")
    assert service.returncode in (0, 130, -signal.SIGTERM)
