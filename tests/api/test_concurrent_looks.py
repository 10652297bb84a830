"""A thousand people who look at the same moment, over real sockets: each look has its line, and the chain is whole."""

import asyncio
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import uvicorn

from api.limited import Limited
from api.limits import Limits
from api.server import server_config
from data.audit_log import AuditFilter
from data.store import Product, RunRecord, Store
from models.audit_chain import ChainVerdict, verify_chain
from models.partnership import Partnership
from models.viewer import Role
from tests.alert_signal import DAY
from tests.viewers import HEADER, app_of, as_viewer

LOOKS = 1000
# What one machine would be refused, a thousand people may do.
WIDE = Limits(
    at_once=LOOKS, connections=2 * LOOKS, address_connections=2 * LOOKS, address_per_minute=10**6, request_s=120
)


@pytest.fixture
def many_sockets() -> Iterator[None]:
    """Both ends of every connection are this process's; usually it may have 1024 files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 3 * LOOKS else max(soft, 3 * LOOKS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def serving(store: Store, partnership: Partnership) -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = Limited(app_of(store, partnership), WIDE)
        server = uvicorn.Server(server_config(app, WIDE))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


async def look(port: int, number: int, partnership: str, ready: asyncio.Event) -> int:
    """The status of one look; it is sent when everybody is connected."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await ready.wait()
    who = as_viewer(partnership, Role.PLANNER, handle=f"vagtplan-{number}")
    writer.write(
        f"GET /v1/cells HTTP/1.1\r\nHost: localhost\r\n{HEADER}: {who[HEADER]}\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


async def everybody_at_once(port: int, partnership: str) -> list[int]:
    ready = asyncio.Event()
    looks = [asyncio.create_task(look(port, number, partnership, ready)) for number in range(LOOKS)]
    await asyncio.sleep(0.5)
    ready.set()
    return await asyncio.gather(*looks)


@pytest.mark.usefixtures("many_sockets")
def test_a_thousand_looks_at_once_keep_one_unbroken_chain(store: Store, partnership: Partnership) -> None:
    record = RunRecord(DAY, partnership.calendar.start_of(DAY), "1", {}, bytes(32))
    store.save_run(partnership, record, [Product("cells.geojson", "application/geo+json", b"{}", "tag")], "run")
    # In a thread of its own: the browser of other tests keeps a loop in this one.
    with serving(store, partnership) as port, ThreadPoolExecutor(1) as thread:
        statuses = thread.submit(asyncio.run, everybody_at_once(port, partnership.id)).result()
    # On a busy machine some may be told to come again; whoever saw something has a line, and nobody else.
    assert set(statuses) <= {200, 503}
    seen = {f"vagtplan-{number}" for number, status in enumerate(statuses) if status == 200}
    assert len(seen) > LOOKS / 2
    with store.audit.whole() as (head, rows):
        assert verify_chain(rows, head, None) == ChainVerdict(len(seen) + 1, None)
    lines = store.audit.rows(AuditFilter(), limit=2 * LOOKS)
    assert Counter(row.actor for row in lines if row.action == "consultation") == dict.fromkeys(seen, 1)
