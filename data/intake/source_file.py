"""The file a person gave, and the plain file behind it: what its first bytes say it is, unpacked where it is packed.

A packed file is unpacked into a temporary file without a name, which the system takes away however the process ends.
"""

import codecs
import errno
import lzma
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import pyarrow as pa

from data.intake.block import IntakeError

Format = Literal["text", "excel", "parquet", "layer"]
HEAD_BYTES = 4096
CHUNK_BYTES = 1 << 20

OLD_EXCEL = "an old or password-protected Excel workbook; save it as .xlsx without a password"
REFUSED: Mapping[bytes, str] = {
    b"\xd0\xcf\x11\xe0": OLD_EXCEL,
    b"%PDF": "a PDF, not a table",
    b"\xff\xfe": "UTF-16; save it as CSV UTF-8",
    b"\xfe\xff": "UTF-16; save it as CSV UTF-8",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"fgb\x03": "a FlatGeobuf file; save it as GeoPackage",
}
FORMATS: Mapping[bytes, Format] = {
    b"PAR1": "parquet",
    b"SQLite format 3\0": "layer",  # GeoPackage
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second is empty


PACKED: Mapping[bytes, str] = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
DAMAGED = (EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class SourceFile:
    """A file to read rows from: ``name`` as it was given, ``path`` to plain content in ``format``."""

    name: str
    path: Path
    format: Format


def open_source(path: Path) -> SourceFile:
    """Look at ``path`` and unpack it if need be (gzip, bzip2, xz, zstandard, or a zip with one file).

    Raises `IntakeError` for what is no ordinary file, is empty, damaged, or no table.
    """
    try:
        _require_file(path)
        found = _source(path.name, path)
        return found if found is not None else _unpacked(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise IntakeError(
                f"there is no room to unpack '{path.name}' in {tempfile.gettempdir()}; set TMPDIR to a larger folder"
            ) from error
        raise IntakeError(f"'{path.name}' cannot be read: {error.strerror or error}") from error


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise IntakeError(f"'{path.name}' is a folder, not a file")
    if not path.exists():
        raise IntakeError(f"there is no file '{path}'")
    if not path.is_file():
        raise IntakeError(f"'{path.name}' is not an ordinary file; a file is read twice, so a pipe will not do")


def _source(name: str, path: Path) -> SourceFile | None:
    """The file as it stands; None where it is packed."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for magic, what in REFUSED.items():
        if head.startswith(magic):
            raise IntakeError(f"'{name}' is {what}")
    if head.startswith(ZIP):
        return SourceFile(name, path, "excel") if _is_workbook(name, path) else None
    if any(head.startswith(magic) for magic in PACKED):
        return None
    for magic, known in FORMATS.items():
        if head.startswith(magic):
            return SourceFile(name, path, known)
    text = head.removeprefix(codecs.BOM_UTF8).strip()
    if not text:
        raise IntakeError(f"'{name}' is empty")
    if text.startswith(b"{"):
        return SourceFile(name, path, "layer")  # GeoJSON
    if head.count(b"\0") * 10 > len(head):
        raise IntakeError(f"'{name}' is not text: it starts with NUL bytes; save it as CSV UTF-8")
    return SourceFile(name, path, "text")


def _is_workbook(name: str, path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile as error:
        raise IntakeError(f"'{name}' is a damaged workbook or zip file") from error


def _unpacked(path: Path) -> SourceFile:
    damaged = IntakeError(f"'{path.name}' is damaged: its compressed content ends early or does not add up")
    with ExitStack() as stack:
        plain = stack.enter_context(tempfile.TemporaryFile())
        try:
            _unpack(path, plain)
        except DAMAGED as error:
            raise damaged from error
        except OSError as error:
            if error.errno is None:  # a decompressor's own complaint has no number
                raise damaged from error
            raise
        found = _source(path.name, Path(f"/proc/self/fd/{plain.fileno()}"))
        if found is None:
            raise IntakeError(f"'{path.name}' is packed twice; unpack it first")
        weakref.finalize(found, stack.pop_all().close)
        return found


def _unpack(path: Path, plain: IO[bytes]) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(ZIP):
        _unpack_only_member(path, plain)
        return
    codec = next(codec for magic, codec in PACKED.items() if head.startswith(magic))
    with lzma.open(path) if codec == "xz" else pa.input_stream(path, compression=codec) as stream:
        _copy(stream, plain)


def _unpack_only_member(path: Path, plain: IO[bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if len(members) != 1:
            raise IntakeError(f"'{path.name}' is a zip file of {len(members)} files; one with a single table is needed")
        if members[0].flag_bits & 1:
            raise IntakeError(f"'{path.name}' is a zip file with a password; unpack it first")
        with archive.open(members[0]) as stream:
            _copy(stream, plain)


def _copy(stream: IO[bytes], plain: IO[bytes]) -> None:
    while chunk := stream.read(CHUNK_BYTES):
        plain.write(chunk)
    plain.flush()
