"""The frame every page shares: navigation, purpose sentence, banner, data embedded safely."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maps import danish
from maps.assets import Assets
from maps.form_token import MARK
from maps.language import N_, _, language, n_
from maps.script_words import script_words

PURPOSE = N_("Stedbaseret. Må ikke bruges til vurdering af enkeltpersoner eller som mistankegrundlag.")
SYNTHETIC = N_("SYNTETISKE DATA – demonstration")
DECIMALS = 5  # of degrees: about 1 m
# The pages of the menu: fields of `PageLinks`, and what they are called.
MENU = {
    "start": N_("Start"),
    "desk": N_("Skrivebord"),
    "explore": N_("Udforsk"),
    "daily": N_("Dagens kort"),
    "plans": N_("Planer"),
    "scorecard": N_("Træfsikkerhed"),
    "displacement": N_("Forskydning"),
    "alerts": N_("Alarmer"),
    "efforts": N_("Indsatser"),
    "trend": N_("Udvikling"),
    "releases": N_("Udgivelser"),
    "reports": N_("Rapporter"),
    "quality": N_("Datakvalitet"),
    "audit": N_("Log"),
}


@dataclass(frozen=True)
class PageLinks:
    """Where the other pages are: routes in the service, file names beside each other in a folder.

    ``daily_on`` is the daily page of another run with ``{date}`` in it; without it there is only one date to
    show. ``runs`` is the list of all runs as data; ``cells``, ``comparisons``, ``trends`` and
    ``quality_figures`` are the same figures as data, offered where given, and so are ``alerts``, the inbox, and
    ``efforts``, the register. ``per_viewer``: each page gets the menu of who looks as it leaves, in place of a mark.
    ``day_cells`` is what the daily page of a date shows, with ``{date}`` in it, for the page of another date.
    ``releases`` is the page of what was released, ``release_data`` the same as data; ``audit`` the log and ``account``
    one's own account; ``plans`` the patrol plans; ``reports`` the steering group's reports; ``desk`` the analyst's desk
    and ``explore`` where they ask; ``scorecard`` how good the map of the expected is.
    """

    start: str
    daily: str
    displacement: str
    trend: str
    quality: str
    daily_on: str | None = None
    runs: str | None = None
    cells: str | None = None
    comparisons: str | None = None
    alerts: str | None = None
    efforts: str | None = None
    trends: str | None = None
    quality_figures: str | None = None
    power: str | None = None
    per_viewer: bool = False
    releases: str | None = None
    release_data: str | None = None
    audit: str | None = None
    account: str | None = None
    plans: str | None = None
    reports: str | None = None
    day_cells: str | None = None
    desk: str | None = None
    explore: str | None = None
    scorecard: str | None = None

    def entries(self) -> list[tuple[str, str, str]]:
        """Name, label and address of the pages of the menu that there are."""
        found = [(key, label, getattr(self, key)) for key, label in MENU.items()]
        return [(key, _(label), href) for key, label, href in found if href]

    def daily_at(self, day: date) -> str:
        """The daily page of ``day``."""
        return self.daily_on.replace("{date}", day.isoformat()) if self.daily_on else self.daily

    def cells_at(self, day: date) -> str | None:
        """The cells of ``day`` as data: those of another day's run where there are several."""
        return f"{self.cells}?date={day.isoformat()}" if self.cells and self.day_cells else self.cells


@dataclass(frozen=True)
class Frame:
    """What a page says about itself outside its own content; ``here`` is a field of `PageLinks`."""

    title: str
    partnership: str
    here: str
    assets: Assets
    synthetic: bool
    links: PageLinks | None
    attribution: str = ""


def render(template: str, frame: Frame, **content: Any) -> str:
    """The page: ``maps/templates/<template>.html.j2`` filled with ``content``, everything escaped."""
    return _environment().get_template(f"{template}.html.j2").render(frame=frame, **content)


def rendered_part(template: str, **content: Any) -> Markup:
    """A part of a page, everything in it escaped."""
    text = _environment().get_template(f"{template}.html.j2").render(**content)
    return Markup(text)  # noqa: S704 - the template escapes its values


def embedded_json(data: Mapping[str, Any] | list[Any]) -> Markup:
    """``data`` as JSON that may stand inside a script element.

    Raises `ValueError` for NaN or an infinite number: JSON has none.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no character that could end the element is left


def rounded(degrees: float) -> float:
    """A coordinate with the decimals pages and GeoJSON carry."""
    return round(float(degrees), DECIMALS)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("maps"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_, n_)  # type: ignore[attr-defined]  # the extension adds it
    environment.globals.update(language=language, purpose=PURPOSE, synthetic_text=SYNTHETIC, form_token=MARK)
    environment.globals.update(script_words=script_words)
    environment.filters.update(
        {
            "tal": danish.number,
            "antal": danish.short_count,
            "fortegn": danish.signed,
            "p": danish.p_value,
            "p_er": danish.p_equation,
            "dato": danish.medium_date,
            "langdato": danish.long_date,
            "json": embedded_json,
        }
    )
    return environment
