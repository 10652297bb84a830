"""What a file's bytes are: UTF-8 or a Windows code page, found out from the whole file before a row is read."""

import codecs
from pathlib import Path

from data.intake.block import IntakeError
from data.intake.source_file import SourceFile

CHUNK_BYTES = 1 << 20


def find_encoding(source: SourceFile, stated: str | None) -> str:
    """The encoding to read ``source`` with; ``stated`` is the profile's, None to find out.

    Raises `IntakeError` for a file that cannot be read or does not have the encoding stated.
    """
    try:
        utf8 = _first_wrong_line(source.path, "utf-8")
        if stated in {None, "utf-8", "utf-8-sig"}:
            return "utf-8-sig" if utf8 is None else _without_utf8(source, stated, utf8)
        return _as_stated(source, str(stated), is_utf8=utf8 is None)
    except OSError as error:
        raise IntakeError(f"'{source.name}' cannot be read: {error.strerror}") from error


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
            # The start of a letter that the next chunk may finish is not judged yet.
            pending = len(decoder.getstate()[0])
            ascii_so_far = ascii_so_far and chunk[: len(chunk) - pending].isascii()


def _without_utf8(source: SourceFile, stated: str | None, wrong: _WrongLine) -> str:
    if stated is not None:
        raise IntakeError(
            f"line {wrong.line} of '{source.name}' is not UTF-8 as the profile says; "
            'a file from Windows is often encoding = "cp1252"'
        )
    if not wrong.first:
        raise IntakeError(f"line {wrong.line} of '{source.name}' is not UTF-8 although the lines before it are")
    if (undefined := _first_wrong_line(source.path, "cp1252")) is not None:
        raise IntakeError(
            f"line {undefined.line} of '{source.name}' is neither UTF-8 nor Windows-1252; "
            "set 'encoding' in [file] of the profile"
        )
    return "cp1252"


def _as_stated(source: SourceFile, stated: str, *, is_utf8: bool) -> str:
    if (wrong := _first_wrong_line(source.path, stated)) is not None:
        raise IntakeError(f"line {wrong.line} of '{source.name}' is not {stated} as the profile says")
    # Danish letters of a one-byte encoding are not valid UTF-8, but UTF-8 passes as nearly any of those.
    if is_utf8 and _first_wrong_line(source.path, "ascii") is not None:
        raise IntakeError(f"'{source.name}' is UTF-8, not {stated} as the profile says")
    return stated
