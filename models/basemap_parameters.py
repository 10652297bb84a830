"""The operator's own base map under every map: where it is, and what it must say of itself."""

from dataclasses import dataclass

from geo.tiles import HIGHEST_ZOOM
from models.parameter_limits import ParameterError, require_whole

MERCATOR = "EPSG:3857"
LARGEST_ATTRIBUTION = 200


@dataclass(frozen=True)
class BasemapParameters:
    """``source`` is empty for the sketched map; an address with places for zoom, column and row (`data.tile_address`);
    or a file: PMTiles, MBTiles, or a GeoPackage with streets.

    ``attribution`` is shown beside the map, and tiles must have one. ``crs`` is that of the tiles and can only be
    EPSG:3857; it is to be said where a tile matrix set does not by its name. Tiles are asked for from ``min_zoom`` to
    ``max_zoom`` and drawn larger beyond. ``tiles_have_names``: theirs are enough, ours stay away.
    Of a GeoPackage ``layer``, ``name_column`` and ``class_column`` (how important a street is) are found where empty.
    """

    source: str = ""
    attribution: str = ""
    crs: str = ""
    min_zoom: int = 0
    max_zoom: int = 19
    tiles_have_names: bool = False
    layer: str = ""
    name_column: str = ""
    class_column: str = ""

    def __post_init__(self) -> None:
        for name in ("source", "attribution", "crs", "layer", "name_column", "class_column"):
            if not isinstance(getattr(self, name), str):
                raise ParameterError(f"{name} must be a text, found {getattr(self, name)!r}")
        if not isinstance(self.tiles_have_names, bool):
            raise ParameterError(f"tiles_have_names must be true or false, found {self.tiles_have_names!r}")
        if len(self.attribution) > LARGEST_ATTRIBUTION or len(self.attribution.splitlines()) > 1:
            raise ParameterError(f"attribution must be one line of at most {LARGEST_ATTRIBUTION} characters")
        for name in ("min_zoom", "max_zoom"):
            require_whole(name, getattr(self, name), at_least=0)
        if not self.min_zoom <= self.max_zoom <= HIGHEST_ZOOM:
            raise ParameterError(
                f"min_zoom and max_zoom must be 0-{HIGHEST_ZOOM} and in order, "
                f"found {self.min_zoom} and {self.max_zoom}"
            )
        if self.crs and self.crs.upper() != MERCATOR:
            raise ParameterError(f"crs must be {MERCATOR}: maps draw tiles of no other, found '{self.crs}'")
        if self.is_address:
            self.require_attribution()

    @property
    def is_address(self) -> bool:
        """Whether the source is a server; otherwise it is a file, or nothing."""
        return "://" in self.source

    def require_attribution(self) -> None:
        """Raises `ParameterError` where there is none."""
        if not self.attribution.strip():
            raise ParameterError("attribution must say whose the map tiles are, found none")
