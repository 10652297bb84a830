"""The language of what people read: Danish as it stands in the code, English from ``maps/locale/en.po``.

A text is looked up where it is used, in the language of the moment: pages are made once per language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Literal, get_args

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_now: ContextVar[Language] = ContextVar("language", default="da")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything said inside is said in ``language``.

    >>> with speaking("en"):
    ...     _("Konto")
    'Account'
    """
    token = _now.set(language)
    try:
        yield
    finally:
        _now.reset(token)


def language() -> Language:
    """The language of the moment."""
    return _now.get()


def other_language() -> Language:
    """The one that is not the language of the moment."""
    return next(one for one in LANGUAGES if one != _now.get())


def _(text: str) -> str:
    """``text`` in the language of the moment."""
    return _words(_now.get()).gettext(text)


def n_(one: str, many: str, count: int) -> str:
    """``one`` or ``many`` by ``count``, in the language of the moment."""
    return _words(_now.get()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogues are gathered
    """``text`` itself: a constant, to be put into a language where it is used."""
    return text


def localised(name: str, language: Language) -> str:
    """The name of a file or product in ``language``; data have none.

    >>> localised("daily.html", "en"), localised("daily.html", "da"), localised("cells.geojson", "en")
    ('daily.en.html', 'daily.html', 'cells.geojson')
    """
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{language}{dot}{ending}" if ending == "html" and language != "da" else name


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: Language) -> NullTranslations:
    if language == "da":
        return NullTranslations()
    # Loaded here: Danish needs no catalogue, and most commands say nothing in English.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with files("maps").joinpath("locale", f"{language}.po").open("rb") as text:
        catalogue = read_po(text, locale=language)
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return GNUTranslations(packed)
