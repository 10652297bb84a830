"""No secret stands in a tracked file: detect-secrets over the files with a line that could hold one."""

import re
import subprocess
from pathlib import Path

import pytest
from detect_secrets.core.secrets_collection import SecretsCollection
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
# What a detector finds has one of these; files without are not looked at closely.
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


def found_in(path: Path) -> list[str]:
    """The kinds of secrets in a file."""
    if not CANDIDATE.search(path.read_text(encoding="utf-8", errors="replace")):
        return []
    secrets = SecretsCollection()
    with transient_settings({"plugins_used": list(PLUGINS)}):
        secrets.scan_file(str(path))
    return sorted(secret.type for _, secret in secrets)


def test_no_tracked_file_holds_a_secret() -> None:
    names = [name for name in tracked() if name not in KNOWN and not name.startswith("tests/")]
    assert len(names) > 200
    assert {name: found for name in names if (found := found_in(ROOT / name))} == {}


def test_what_is_known_is_still_there() -> None:
    assert [name for name in KNOWN if not (ROOT / name).exists()] == []
    for name in ("api/webhook.py", "api/webhook_post.py"):
        assert found_in(ROOT / name)


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
def test_a_secret_would_be_found(line: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"import os\n{line}\n")
    assert found_in(file)
