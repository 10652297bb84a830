"""The demonstration file: synthetic incidents of Indre Nørrebro as a police extract would bring them."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from data.folder import write_folder
from data.partnerships import PACKAGED, load_sketch
from models.calendar import DAY
from models.panel import BASES
from models.partnership import Partnership
from models.synthetic import (
    Market,
    PlantedDisplacement,
    Spot,
    SyntheticError,
    SyntheticIncidents,
    synthetic_incidents,
)

HEADER = (
    *("sagsnr", "fra", "til", "anmeldt", "kategori", "grundlag"),
    *("laengde", "bredde", "noejagtighed_m"),
)
BASIS_TEXT = {"reported": "anmeldt", "observed": "observeret"}
UNINHABITED_KINDS = ("park", "water")
DISPLACED_FOR = timedelta(days=34)  # 28 complete days and what reporting delay leaves incomplete

# The first is an estimate from the municipality's kvarter 20401; the others follow from size and density.
RESIDENTS: Mapping[str, float] = {
    "indre-noerrebro": 13_700,
    "sankt-hans-torv": 5_200,
    "ravnsborggade-blegdamsvej": 3_100,
    "elmegade-guldbergsgade": 13_000,
    "stefansgade-noerrebroparken": 11_500,
    "mimersgade": 12_500,
    "aaboulevard-syd-trekant": 500,
    "frederiksberg-nord": 5_000,
    "peblinge-soe": 30,
    "nansensgade-israels-plads": 7_500,
    "haraldsgade": 12_500,
    "metropolzonen": 14_000,
}
HOT_POINTS = (
    (12.54905, 55.69395),  # Nørrebrogade at Runddelen
    (12.54931, 55.68668),  # Rantzausgade
    (12.55560, 55.68830),  # Stengade
    (12.55890, 55.68830),  # Nørrebrogade at Blågårdsgade
    (12.55880, 55.68993),  # Elmegade
    (12.56237, 55.68891),  # Ravnsborggade
    (12.54394, 55.69271),  # Jægersborggade
    (12.54216, 55.69376),  # Stefansgade
    (12.56626, 55.68292),  # Nørre Farimagsgade
)
HASH_MARKET = Market("hash", Spot(12.55695, 55.68652, 60.0), per_day=20 / 28)  # Blågårds Plads
SKT_HANS_TORV = Spot(12.56072, 55.69068, 60.0)


def write_demo_file(
    path: Path, partnership: Partnership, *, as_of: date, years: int = 5, seed: int, displacement: bool
) -> int:
    """Write everything reported before the first shift of ``as_of`` starts, and return the number of rows.

    ``years`` of history end the day before ``as_of``. With ``displacement`` the hash market of Blågårds Plads
    moved to Skt. Hans Torv 34 days before ``as_of``; without, it stayed, and all else is the same row by row.
    Local times as ``YYYY-MM-DD HH:MM``. ``path`` appears whole or not at all.

    Raises `SyntheticError` for another partnership than Indre Nørrebro, and `FolderError`
    where ``path`` cannot be written.
    """
    incidents = demo_incidents(partnership, as_of=as_of, years=years, seed=seed, displacement=displacement)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(incidents, partnership))
    write_folder(path.parent, {path.name: text.getvalue().encode()})
    return len(incidents)


def demo_incidents(
    partnership: Partnership, *, as_of: date, years: int, seed: int, displacement: bool
) -> SyntheticIncidents:
    """The incidents of the demonstration file; see `write_demo_file`."""
    if partnership.id != PACKAGED:
        raise SyntheticError(f"demonstration data exist for '{PACKAGED}', not for '{partnership.id}'")
    moved = PlantedDisplacement(as_of - DISPLACED_FOR, "sankt-hans-torv", SKT_HANS_TORV)
    incidents = synthetic_incidents(
        partnership,
        first=as_of - timedelta(days=round(365.25 * years)),
        last=as_of - DAY,
        rng=np.random.default_rng(seed),
        residents=RESIDENTS,
        hot_points=HOT_POINTS,
        uninhabited=_uninhabited(),
        market=HASH_MARKET,
        planted=moved if displacement else None,
    )
    return incidents.reported_before(int(partnership.calendar.start_of(as_of).timestamp()))


def _uninhabited() -> list[shapely.Polygon]:
    sketch = load_sketch(None) or {"features": []}
    return [
        shapely.Polygon(*feature["geometry"]["coordinates"])
        for feature in sketch["features"]
        if feature["properties"]["kind"] in UNINHABITED_KINDS
    ]


def _rows(incidents: SyntheticIncidents, partnership: Partnership) -> Iterator[tuple[str, ...]]:
    zone = partnership.calendar.timezone
    kinds = [category.label for category in partnership.categories]
    for i in range(len(incidents)):
        yield (
            f"SYN-{incidents.case[i]}",
            local_minute(int(incidents.from_s[i]), zone),
            local_minute(int(incidents.to_s[i]), zone),
            local_minute(int(incidents.reported_s[i]), zone),
            kinds[incidents.category[i]],
            BASIS_TEXT[BASES[incidents.basis[i]]],
            f"{incidents.lon[i]:.6f}",
            f"{incidents.lat[i]:.6f}",
            f"{incidents.accuracy_m[i]:.0f}",
        )


def local_minute(instant_s: int, zone: ZoneInfo) -> str:
    """Local time as written in the file, which has no room for an offset.

    Of the hour that the autumn change repeats, the file can only say the first pass; an instant of the second
    is written as the end of the hour, so that times keep their order.
    """
    local = datetime.fromtimestamp(instant_s, zone)
    if local.fold:
        local = local.replace(minute=0, fold=0) + timedelta(hours=1)
    return f"{local:%Y-%m-%d %H:%M}"
