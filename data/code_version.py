"""Which code made a run: the version number and a digest of the packages' source."""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

PACKAGES = ("geo", "models", "maps", "data", "api")


@cache
def code_version() -> str:
    """For example ``0.1.0+3f2a91c07b1e``: any edit of any packaged file changes it."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for name, content in _sources(files(package), package):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return f"{version('trygkort')}+{digest.hexdigest()[:12]}"


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        inner = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found.extend(_sources(entry, inner))
        elif entry.is_file():
            found.append((inner, entry.read_bytes()))
    return found
