"""What is installed is what is locked, with hashes, fits together, and may be used: without asking anybody."""

import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+?)(?: ;[^\\]*)? \\$", re.MULTILINE)
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|MPL|Mozilla|Unlicense|HPND|Public Domain|zope|"
    r"Historical)",
    re.IGNORECASE,
)
# Not permissive, or they do not say: looked at by hand.
LICENCES_KNOWN = {
    "psycopg": "LGPL-3.0: used as a library, unchanged",
    "psycopg-binary": "LGPL-3.0: used as a library, unchanged",
    "psycopg-pool": "LGPL-3.0: used as a library, unchanged",
}


def pinned(lock: str) -> list[tuple[str, str, str]]:
    """The packages of a lock file: name, version, and the text with its hashes; some in a version for each Python."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = list(PINNED.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(_plain(m[1]), m[2], text[m.end() : end]) for m, end in zip(found, ends, strict=True)]


def names(lock: str) -> set[str]:
    return {name for name, _, _ in pinned(lock)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # for another system or version of Python
        return None


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_its_hashes(lock: str) -> None:
    packages = pinned(lock)
    assert len(packages) > 50
    assert [name for name, _, hashes in packages if not SHA256.search(hashes)] == []
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(lines) == len(packages), "a line that names no version"


def test_the_packages_to_test_with_hold_those_to_run_with() -> None:
    run, test = ({(name, version) for name, version, _ in pinned(lock)} for lock in LOCKS)
    assert run - test == set()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.findall(
        r'^  "([A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=', text.partition("[dependency-groups]")[0], re.MULTILINE
    )
    assert len(asked) > 20
    assert {_plain(name) for name in asked} <= names(LOCKS[0])


def test_what_is_installed_is_what_is_locked() -> None:
    locked: dict[str, set[str]] = {}
    for name, version, _ in pinned(LOCKS[1]):
        locked.setdefault(name, set()).add(version)
    installed = {name: found.version for name in locked if (found := _installed(name))}
    assert len(installed) > 100
    assert {name: version for name, version in installed.items() if version not in locked[name]} == {}


def test_the_packages_fit_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_runs_may_be_used_by_everybody() -> None:
    unknown = {}
    for name in names(LOCKS[0]):
        found = _installed(name)
        if found is None or name in LICENCES_KNOWN:
            continue
        said = [found.metadata.get("License-Expression") or "", (found.metadata.get("License") or "")[:200]]
        said += [one for one in found.metadata.get_all("Classifier") or [] if one.startswith("License")]
        if not any(PERMISSIVE.search(one) for one in said):
            unknown[name] = said
    assert unknown == {}
