"""The route of map tiles. They hold no figure, so a look at one is no line in the log; the map above them is."""

from typing import Annotated

from fastapi import FastAPI, Query
from fastapi import Path as InPath
from fastapi.responses import Response

from api import problems
from api.interface import problems_of
from api.map_tiles import PATH, MapTiles
from data.tile_source import TileFailedError, picture_type
from geo.tiles import HIGHEST_ZOOM, Tile, TileError

KEPT = "private, max-age=3600"
PICTURES = ("image/png", "image/jpeg", "image/webp")
# One transparent pixel, where the source has nothing: the sketch shows through, and nobody is told of a failure.
NOTHING = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082"
)
Zoom = Annotated[int, InPath(ge=0, le=HIGHEST_ZOOM)]
Place = Annotated[int, InPath(ge=0, lt=2**HIGHEST_ZOOM)]
Version = Annotated[str | None, Query(max_length=64, description="As pages name it; others are not kept by browsers")]


def install(app: FastAPI, tiles: MapTiles | None) -> None:
    """Add the route to ``app``; without ``tiles`` there is none of them."""
    app.state.map_tiles = tiles

    async def tile(z: Zoom, x: Place, y: Place, v: Version = None) -> Response:
        try:
            wanted = Tile(z, x, y)
        except TileError as error:
            return problems.problem(404, str(error))
        if tiles is None or not tiles.reaches(wanted):
            return problems.problem(404, "there is no such map tile")
        try:
            picture = await tiles.picture(wanted) or NOTHING
        except TileFailedError as error:
            return problems.problem(503, str(error))
        headers = {"Cache-Control": KEPT} if v == tiles.version else {}
        return Response(picture, media_type=picture_type(picture), headers=headers)

    found = {200: {"content": {kind: {} for kind in PICTURES}, "description": "The picture of a map tile"}}
    said = found | problems_of(s404="There is no such map tile", s503="The source does not give it now")
    app.add_api_route(PATH, tile, methods=["GET"], name="basemap", response_class=Response, responses=said)
    app.add_api_route(PATH, tile, methods=["HEAD"], include_in_schema=False)
