"""What the scripts of the pages say: Danish in ``_("…")`` there too, and beside them the words of another language.

A page in Danish carries none; one in another language carries all of them, as a page is whole in itself.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from maps.assets import SCRIPTS
from maps.language import LANGUAGES, _, language, n_

Text = str | tuple[str, str]
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "n_": (1, 2)}
VENDORED = "leaflet.js"


def script_words() -> dict[str, str]:
    """Every text of the scripts by its Danish, in the language of the moment; empty where that is Danish itself."""
    if language() == LANGUAGES[0]:
        return {}
    words: dict[str, str] = {}
    for text in _texts():
        if isinstance(text, tuple):
            words |= {text[0]: n_(*text, 1), text[1]: n_(*text, 2)}
        else:
            words[text] = _(text)
    return words


@lru_cache(maxsize=1)
def _texts() -> tuple[Text, ...]:
    # Loaded here: Danish needs no extraction, and most commands say nothing in English.
    from babel.messages.extract import extract  # noqa: PLC0415

    found: set[Text] = set()
    for name in SCRIPTS:
        if name != VENDORED:
            source = BytesIO(files("maps").joinpath("static", name).read_bytes())
            said = extract("javascript", source, KEYWORDS, options={"parse_template_string": "true"})
            found |= {
                text if isinstance(text, str) else (text[0], text[1]) for _line, text, _comments, _context in said
            }
    return tuple(sorted(found, key=str))
