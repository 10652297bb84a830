"""No secret stands in a tracked file: detect-secrets over the lines that could hold one."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parents[1]
PLUGINS = (
    {"name": "PrivateKeyDetector"},
    {"name": "AWSKeyDetector"},
    {"name": "GitHubTokenDetector"},
    {"name": "JwtTokenDetector"},
    {"name": "BasicAuthDetector"},
    {"name": "KeywordDetector"},
    {"name": "HexHighEntropyString", "limit": 3.0},
    {"name": "Base64HighEntropyString", "limit": 4.5},
)
# A look at every line takes half a minute, and what a detector finds has one of these.
CANDIDATE = re.compile(
    r"secret|passw|token|api_?key|credential|://[^/\s]*@|BEGIN |(?=[A-Za-z+/=_-]*\d)[A-Za-z0-9+/=_-]{20,}",
    re.IGNORECASE,
)
NOT_TEXT = (".png", ".gz", ".parquet", ".gpkg", ".xlsx")
# Everything that is found and is none, with the reason. Of a folder ("tests/") what is there is invented.
KNOWN = {
    "requirements.lock": "hashes of packages",
    "requirements-dev.lock": "hashes of packages",
    "maps/static/leaflet.js": "vendored",
    "api/webhook.py": "the prefix of every webhook secret, by the specification",
    "api/webhook_post.py": "the example of the Standard Webhooks specification",
    "tests/": "invented, so that tests can look for them",
}


def tracked() -> list[str]:
    """The files of the repository; those of the folder where there is none."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout: there is no list of tracked files")
    return [name for name in done.stdout.splitlines() if not name.endswith(NOT_TEXT)]


def found_in(lines: Iterator[str]) -> list[str]:
    """The kinds of secrets in ``lines``."""
    with transient_settings({"plugins_used": list(PLUGINS)}):
        return [secret.type for line in lines if CANDIDATE.search(line) for secret in scan_line(line)]


def lines_of(name: str) -> Iterator[str]:
    yield from (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines()


def test_no_tracked_file_holds_a_secret() -> None:
    names = [name for name in tracked() if name not in KNOWN and not name.startswith("tests/")]
    assert len(names) > 200
    assert {name: found for name in names if (found := found_in(lines_of(name)))} == {}


def test_what_is_known_is_still_there() -> None:
    assert [name for name in KNOWN if not (ROOT / name).exists()] == []
    for name in ("api/webhook.py", "api/webhook_post.py"):
        assert found_in(lines_of(name))


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "aws = '" + "AKIA" + "IOSFODNN7EXAMPLE'",
        "password = '" + "correct-horse-battery'",
        "url = 'postgresql://u:" + "hunter2@db/x'",
        "key = '" + "c3VwZXIgc2VjcmV0IGtleSBtYXRlcmlhbCE9PQ'",
    ],
)
def test_a_secret_would_be_found(line: str) -> None:
    assert found_in(iter([line]))
