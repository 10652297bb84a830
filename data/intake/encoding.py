"""What a file's bytes are: UTF-8 or a Windows code page, found out from the whole file before a row is read."""

import codecs
from pathlib import Path

from data.intake.block import IntakeError

CHUNK_BYTES = 1 << 20
MAGIC = {
    b"PK\x03\x04": "an Excel workbook or a zip file; save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save it as CSV",
    b"\x1f\x8b": "compressed; unpack it first",
    b"%PDF": "a PDF, not a table",
    b"SQLite": "a database, not a table; export it as CSV",
    b"PAR1": "a Parquet file; export it as CSV",
    b"\xff\xfe": "UTF-16; save it as CSV UTF-8",
    b"\xfe\xff": "UTF-16; save it as CSV UTF-8",
}


def find_encoding(path: Path, stated: str | None) -> str:
    """The encoding to read ``path`` with; ``stated`` is the profile's, None to find out.

    Raises `IntakeError` for a file that cannot be read, is empty, is not text, or does not have the encoding
    stated.
    """
    try:
        _refuse_what_is_no_text(path)
        utf8 = _first_wrong_line(path, "utf-8")
        if stated in {None, "utf-8", "utf-8-sig"}:
            return "utf-8-sig" if utf8 is None else _without_utf8(path, stated, utf8)
        return _as_stated(path, str(stated), is_utf8=utf8 is None)
    except OSError as error:
        raise IntakeError(f"'{path.name}' cannot be read: {error.strerror}") from error


def _refuse_what_is_no_text(path: Path) -> None:
    if path.is_dir():
        raise IntakeError(f"'{path.name}' is a folder, not a file")
    if not path.exists():
        raise IntakeError(f"there is no file '{path}'")
    if not path.is_file():
        raise IntakeError(f"'{path.name}' is not an ordinary file; a file is read twice, so a pipe will not do")
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            raise IntakeError(f"'{path.name}' is {what}")
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise IntakeError(f"'{path.name}' is empty")
    if head.count(b"\0") * 10 > len(head):
        raise IntakeError(f"'{path.name}' is not text: it starts with NUL bytes; save it as CSV UTF-8")


class _WrongLine:
    def __init__(self, line: int, *, first: bool) -> None:
        self.line = line
        self.first = first  # no character outside ASCII stands before it


def _first_wrong_line(path: Path, encoding: str) -> _WrongLine | None:
    """The first line that does not decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, ascii_so_far = 1, True
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start])
                return _WrongLine(lines + before.count(b"\n"), first=ascii_so_far and before.isascii())
            if not chunk:
                return None
            lines += chunk.count(b"\n")
            ascii_so_far = ascii_so_far and chunk.isascii()


def _without_utf8(path: Path, stated: str | None, wrong: _WrongLine) -> str:
    if stated is not None:
        raise IntakeError(
            f"line {wrong.line} of '{path.name}' is not UTF-8 as the profile says; "
            'a file from Windows is often encoding = "cp1252"'
        )
    if not wrong.first:
        raise IntakeError(f"line {wrong.line} of '{path.name}' is not UTF-8 although the lines before it are")
    if (undefined := _first_wrong_line(path, "cp1252")) is not None:
        raise IntakeError(
            f"line {undefined.line} of '{path.name}' is neither UTF-8 nor Windows-1252; "
            "set 'encoding' in [file] of the profile"
        )
    return "cp1252"


def _as_stated(path: Path, stated: str, *, is_utf8: bool) -> str:
    if (wrong := _first_wrong_line(path, stated)) is not None:
        raise IntakeError(f"line {wrong.line} of '{path.name}' is not {stated} as the profile says")
    # Danish letters of a one-byte encoding are not valid UTF-8, but UTF-8 passes as nearly any of those.
    if is_utf8 and _first_wrong_line(path, "ascii") is not None:
        raise IntakeError(f"'{path.name}' is UTF-8, not {stated} as the profile says")
    return stated
