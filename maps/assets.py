"""Scripts and style sheets of the pages: linked for the service, or inlined so that a page is one file.

Leaflet 1.9.4 (BSD 2-Clause, see ``static/leaflet-LICENSE.txt``) is vendored unchanged; nothing is ever
fetched from another machine, and the content security policy that goes with the assets says so.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup, escape

STYLES = ("leaflet.css", "trygkort.css")
SCRIPTS = ("leaflet.js", "map.js", "tiles.js", "legend.js", "why.js", "days.js", "cells.js", "areas.js")
_IMAGE = re.compile(r"url\((images/[a-z0-9-]+\.png)\)")
_POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src {image}; base-uri 'none'"


@dataclass(frozen=True)
class Assets:
    """What a page's template puts in: ``styles`` in the head, ``scripts`` last in the body.

    ``policy`` is the page's content security policy: no inline script runs but those it names by hash.
    """

    styles: Markup
    scripts: Markup
    policy: str


def linked(prefix: str = "/static", *, more: Sequence[str] = ()) -> Assets:
    """Assets fetched from ``prefix`` on the same server, with ``more`` scripts that one page alone needs."""
    place = escape(prefix.rstrip("/"))
    styles = Markup("\n").join(Markup('<link rel="stylesheet" href="{}/{}">').format(place, s) for s in STYLES)
    scripts = Markup("\n").join(Markup('<script src="{}/{}"></script>').format(place, s) for s in (*SCRIPTS, *more))
    policy = _POLICY.format(script="'self'", style="'self'", image="'self' data:")
    return Assets(styles, scripts, f"{policy}; connect-src 'self'")


@lru_cache(maxsize=1)
def inlined() -> Assets:
    """Assets inside the page itself: one file that can be mailed and opened without a server."""
    styles = [_IMAGE.sub(_data_url, static_text(name)) for name in STYLES]
    scripts = [_one_file(static_text(name)) for name in SCRIPTS]
    return Assets(
        styles=Markup("\n").join(Markup("<style>") + Markup(s) + Markup("</style>") for s in styles),  # noqa: S704
        scripts=Markup("\n").join(Markup("<script>") + Markup(s) + Markup("</script>") for s in scripts),  # noqa: S704
        policy=_POLICY.format(script=" ".join(map(_hash, scripts)), style=" ".join(map(_hash, styles)), image="data:"),
    )


def static_text(name: str) -> str:
    """The text of a file in ``maps/static``."""
    return files("maps").joinpath("static", name).read_text(encoding="utf-8")


def _one_file(script: str) -> str:
    """A script that may stand in a page: no source map to look for, nothing that ends the element."""
    without_map = re.sub(r"//# sourceMappingURL=\S+\s*$", "", script)
    if "</script" in without_map.lower():
        raise ValueError("a script with '</script' in it cannot be inlined")
    return without_map


def _data_url(match: re.Match[str]) -> str:
    image = files("maps").joinpath("static", match[1]).read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(image).decode()})"


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
