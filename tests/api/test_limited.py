"""What is refused, and how: an application of three routes behind every limit."""

import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from api import problems
from api.headers import HEADERS
from api.limited import Limited
from api.limits import LimitError, Limits, read_limits


def asked() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/page")
    @app.get("/livez")
    @app.get("/readyz")
    def page() -> str:
        return "page"

    @app.post("/login")
    @app.post("/forms")
    async def forms(request: Request) -> int:
        return len(await request.body())

    @app.post("/model")
    def model(body: dict[str, str]) -> int:
        return len(body)

    return app


def limited(hosts: frozenset[str] = frozenset(), **limits: int) -> TestClient:
    return TestClient(Limited(asked(), Limits(**limits), hosts))


def refused(answer: object) -> str:
    """The sentence of a refusal, whose form is the same for all of them."""
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    assert answer.headers["cache-control"] == "no-store"  # type: ignore[attr-defined]
    assert answer.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()  # type: ignore[attr-defined]
    return str(answer.json()["detail"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/forms", "/model"])
def test_a_body_is_counted_as_it_comes_whatever_its_length_is_said_to_be(path: str) -> None:
    client = limited(body_bytes=100)

    def stream() -> Iterator[bytes]:
        for _ in range(10):
            yield b"x" * 30

    answer = client.post(path, content=stream(), headers={"content-type": "application/json"})
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert refused(answer) == "the request's body is larger than 100 bytes"
    assert client.post("/forms", content=b"x" * 100).json() == 100
    assert client.post("/forms", content=b"x" * 101).status_code == 413
    assert client.post("/forms", content=b"x" * 50, headers={"content-length": "1000"}).status_code == 413


def test_addresses_and_headers_have_a_largest_size() -> None:
    client = limited(target_bytes=50, header_bytes=400)
    assert client.get("/page?" + "a" * 44).status_code == 200
    answer = client.get("/page?" + "a" * 45)
    assert (answer.status_code, refused(answer)) == (414, "the address is longer than 50 bytes")
    answer = client.get("/livez", headers={"x-long": "a" * 400})
    assert (answer.status_code, refused(answer)) == (431, "the headers are larger than 400 bytes")


def test_an_address_waits_as_long_as_it_is_told_and_health_does_not() -> None:
    client = limited(address_per_minute=60)
    # Until one is refused: on a slow machine some of the minute's allowance comes back meanwhile.
    answers = [client.get("/page")]
    while answers[-1].status_code == 200 and len(answers) < 1000:
        answers.append(client.get("/page"))
    late = answers[-1]
    assert {answer.status_code for answer in answers[:60]} == {200}
    assert (late.status_code, refused(late)) == (429, "too many requests; wait a little")
    assert late.headers["retry-after"] == "1"
    assert {client.get(path).status_code for path in ("/livez", "/readyz") for _ in range(40)} == {200}
    time.sleep(1.05)
    assert client.get("/page").status_code == 200
    elsewhere = TestClient(client.app, client=("192.0.2.1", 1))
    assert elsewhere.get("/page").status_code == 200


def test_logging_in_is_tried_a_few_times_only() -> None:
    client = limited(logins_per_minute=3)
    assert [client.post("/login").status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert int(client.post("/login/local").headers["retry-after"]) in range(1, 21)
    assert client.get("/page").status_code == 200


@pytest.mark.parametrize("header", ["authorization", "cookie"])
def test_one_login_or_token_has_a_rate_of_its_own_wherever_it_comes_from(header: str) -> None:
    app = Limited(asked(), Limits(actor_per_minute=3))
    clients = [TestClient(app, client=(f"192.0.2.{i}", 1)) for i in range(5)]
    assert [client.get("/page", headers={header: "one"}).status_code for client in clients] == [200] * 3 + [429] * 2
    assert clients[0].get("/page", headers={header: "other"}).status_code == 200


def test_only_the_names_of_the_service_are_answered() -> None:
    client = limited(frozenset({"trygkort.example", "[::1]"}))
    for host in ("trygkort.example", "TRYGKORT.example:8000", "[::1]:8000"):
        assert client.get("/page", headers={"host": host}).status_code == 200
    for host in ("rebound.example", "trygkort.example.rebound.example", ""):
        answer = client.get("/page", headers={"host": host})
        assert (answer.status_code, refused(answer)) == (421, "the service does not answer under this name")
    assert client.get("/livez", headers={"host": "10.0.0.1"}).status_code == 200  # what watches it knows no name


def test_an_answer_that_takes_too_long_is_given_up_and_makes_room_when_it_ends() -> None:
    app, going_on = asked(), Event()

    @app.get("/slow")
    def slow() -> str:
        going_on.wait(10)
        return "late"

    limits = Limited(app, Limits(request_s=1, at_once=1))
    with TestClient(limits) as client:
        answers = []
        thread = Thread(target=lambda: answers.append(client.get("/slow")))
        thread.start()
        time.sleep(0.2)
        busy = client.get("/page")
        assert (busy.status_code, refused(busy), busy.headers["retry-after"]) == (
            503,
            "the service is busy; try again in a moment",
            "1",
        )
        assert client.get("/livez").status_code == 200
        time.sleep(1.0)
        going_on.set()
        thread.join()
        assert (answers[0].status_code, refused(answers[0])) == (504, "the answer took longer than 1 seconds")
        assert client.get("/page").status_code == 200


def test_the_limits_are_settings() -> None:
    assert read_limits({}, "TRYGKORT_") == Limits()
    assert read_limits({"TRYGKORT_LIMIT_BODY_BYTES": "7", "TRYGKORT_LIMIT_AT_ONCE": ""}, "TRYGKORT_").body_bytes == 7
    for text, said in (
        ("none", "TRYGKORT_LIMIT_AT_ONCE is 'none'; it must be a whole number"),
        ("0", "TRYGKORT_LIMIT_AT_ONCE is 0; it must be from 1 to 1000000000"),
    ):
        with pytest.raises(LimitError, match=said):
            read_limits({"TRYGKORT_LIMIT_AT_ONCE": text}, "TRYGKORT_")


def test_map_tiles_have_a_rate_of_their_own() -> None:
    client = limited(address_per_minute=2, actor_per_minute=2, tiles_per_minute=5)
    tiles = [client.get("/basemap/14/8763/5126", headers={"cookie": "a=b"}).status_code for _ in range(7)]
    assert tiles == [404] * 5 + [429] * 2
    assert [client.get("/page").status_code for _ in range(3)] == [200, 200, 429]
