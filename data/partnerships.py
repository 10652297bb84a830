"""Partnership folders: the packaged one, or the operator's own with the same file names."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from data.tile_address import holds_secret
from geo.errors import PlainError
from models.basemap_parameters import BasemapParameters
from models.partnership import Partnership, parse_partnership

PACKAGED = "indre-noerrebro"
SETTINGS_FILE = "partnership.toml"
AREAS_FILE = "areas.geojson"
SKETCH_FILE = "sketch.geojson"


class PartnershipFileError(PlainError, ValueError):
    """A partnership folder that cannot be read."""


def load_partnership(folder: Path | None) -> Partnership:
    """The partnership in ``folder``, or the packaged Indre Nørrebro where it is None.

    Raises `PartnershipFileError` for a file that is missing or unreadable, and what `parse_partnership`
    raises for contents that cannot be used.
    """
    place = _place(folder)
    settings = _text(place, SETTINGS_FILE)
    try:
        parsed = tomllib.loads(settings)
    except tomllib.TOMLDecodeError as error:
        raise PartnershipFileError(f"{place.name}/{SETTINGS_FILE} is not valid TOML: {error}") from error
    partnership = parse_partnership(parsed, _json(place, AREAS_FILE))
    return replace(partnership, basemap=_placed(partnership.basemap, place))


def load_sketch(folder: Path | None) -> Mapping[str, Any] | None:
    """The partnership's base map (a FeatureCollection), or None where the folder has none."""
    place = _place(folder)
    if not place.joinpath(SKETCH_FILE).is_file():
        return None
    return _json(place, SKETCH_FILE)


def _placed(basemap: BasemapParameters, place: Traversable) -> BasemapParameters:
    """A base map's file is named as seen from its folder."""
    if basemap.is_address and holds_secret(basemap.source):
        raise PartnershipFileError(
            f"[basemap] source in {place.name}/{SETTINGS_FILE} must hold no secret; write {{token}} in its place and "
            "set TRYGKORT_BASEMAP_TOKEN_FILE"
        )
    if not basemap.source or basemap.is_address or not isinstance(place, Path):
        return basemap
    return replace(basemap, source=str((place / basemap.source).absolute()))


def _place(folder: Path | None) -> Traversable:
    return folder if folder is not None else files("data").joinpath("partnerships", PACKAGED)


def _text(place: Traversable, name: str) -> str:
    try:
        return place.joinpath(name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PartnershipFileError(f"the partnership folder '{place.name}' has no {name}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PartnershipFileError(f"{place.name}/{name} cannot be read: {error}") from error


def _json(place: Traversable, name: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(_text(place, name))
    except json.JSONDecodeError as error:
        raise PartnershipFileError(f"{place.name}/{name} is not valid JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise PartnershipFileError(f"{place.name}/{name} is not a JSON object")
    return parsed
