"""The page of releases, from the gate to HTML."""

import json
from collections.abc import Callable, Sequence

from api.gate import Gate
from api.page_links import ROUTES
from api.sketches import sketch_of
from data.release_book import Release
from maps.assets import linked
from maps.language import _
from maps.release import Listed, ShownRelease, release_page


def release_page_of(gate: Gate, number: int | None) -> str:
    """The page of a release of areas; of the latest half-year's in force where None."""
    found = gate.releases()
    tables = [one for one in found if one.table == "areas"]
    chosen = gate.release(number) if number is not None else _first(tables)
    if chosen is not None and chosen.table == "cells":
        chosen = next((one for one in tables if one.period == chosen.period and one.in_force), _first(tables))
    about = chosen
    return release_page(
        _shown(about),
        _shown(_standing(found, lambda one: about is not None and (one.table, one.period) == ("cells", about.period))),
        _shown(_standing(tables, lambda one: about is not None and one.period == about.period.year_before())),
        listed=[Listed(one.id, one.period, one.audience, _note(one)) for one in tables],
        partnership=gate.partnership,
        sketch=sketch_of(gate.partnership),
        assets=linked(),
        synthetic=gate.synthetic(),
        links=ROUTES,
    )


def _first(tables: Sequence[Release]) -> Release | None:
    half_year = _standing(tables, lambda one: one.period.kind == "half-year")
    return half_year or _standing(tables, bool) or next(iter(tables), None)


def _standing(found: Sequence[Release], fits: Callable[[Release], bool]) -> Release | None:
    return next((one for one in found if one.in_force and fits(one)), None)


def _shown(one: Release | None) -> ShownRelease | None:
    return None if one is None else ShownRelease(one.id, json.loads(one.body), _note(one), one.replaces)


def _note(one: Release) -> str:
    if one.state == "withdrawn":
        return _("trukket tilbage")
    return _("rettet ved udgivelse {number}").format(number=one.replaced_by) if one.replaced_by else ""
