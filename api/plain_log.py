"""The service's log: what failed and where, never what it was about. Messages of exceptions may hold anything."""

import logging
import secrets
import sys
import threading
from pathlib import Path
from types import TracebackType

# The keys of a line; nothing else of a record is written.
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LOGGER = "trygkort"
ROOT = Path(__file__).parents[1]
Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_log = logging.getLogger(LOGGER)


class PlainFormatter(logging.Formatter):
    """Lines of one line each, in which an exception is its type and its place."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def formatException(self, ei: Caught) -> str:  # noqa: N802  # the library's name
        """``KeyError at data/store.py:120`` in place of the traceback and the message."""
        return what_failed(ei[1]) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        # asyncio puts what failed into further lines of its message.
        plain = logging.makeLogRecord(vars(record) | {"exc_text": None, "stack_info": None})
        plain.msg, plain.args = record.getMessage().partition("\n")[0], None
        return " ".join(super().format(plain).split("\n"))


def what_failed(error: BaseException) -> str:
    """The type of ``error`` and of what caused it, each with the place in our code that is nearest to it.

    >>> what_failed(KeyError("a message that may hold anything"))
    'KeyError'
    """
    chain: list[str] = []
    at: BaseException | None = error
    while at is not None and len(chain) < 5:
        chain.append(" at ".join(part for part in (type(at).__name__, _place(at.__traceback__)) if part))
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return ", caused by ".join(chain)


def start_logging() -> None:
    """From now on every line of this process that is not the command's own goes through `PlainFormatter`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    threading.excepthook = _thread_ended


def new_error_id() -> str:
    """What an answer and its line in the log have in common."""
    return secrets.token_hex(6)


def log_error(error: BaseException) -> str:
    """Log ``error`` without its message; its id."""
    error_id = new_error_id()
    _log.error("error %s: %s", error_id, what_failed(error))
    return error_id


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        log_error(ended.exc_value)


def _place(trace: TracebackType | None) -> str:
    """The last place of ``trace`` that lies in our code, else the last of all."""
    places = []
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        ours = path.is_relative_to(ROOT) and ".venv" not in path.parts
        name = path.relative_to(ROOT) if ours else Path(*path.parts[-2:])
        places.append((ours, f"{name.as_posix()}:{trace.tb_lineno}"))
        trace = trace.tb_next
    own = [place for ours, place in places if ours]
    return (own or [place for _, place in places] or [""])[-1]
