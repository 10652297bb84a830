"""Scripts and styles as the browser gets them: packed where it takes that, each way with a tag of its own."""

import gzip
from importlib.resources import files

import pytest
from fastapi.testclient import TestClient

from maps.assets import SCRIPTS, STYLES


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES])
def test_a_text_leaves_packed_and_reads_the_same(analyst: TestClient, name: str) -> None:
    content = files("maps").joinpath("static", name).read_bytes()
    with analyst.stream("GET", f"/static/{name}", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(raw))
    assert gzip.decompress(raw) == content
    plain = analyst.get(f"/static/{name}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == content
    for answer in (packed, plain):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"].startswith(("text/css", "text/javascript"))
    assert packed.headers["etag"] != plain.headers["etag"]


def test_what_the_browser_has_does_not_leave_again(analyst: TestClient) -> None:
    first = analyst.get("/static/map.js", headers={"accept-encoding": "gzip"})
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    again = analyst.get("/static/map.js", headers={"accept-encoding": "gzip", "if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = analyst.head("/static/map.js", headers={"accept-encoding": "gzip"})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_a_picture_is_packed_already(analyst: TestClient) -> None:
    answer = analyst.get("/static/images/layers.png", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
