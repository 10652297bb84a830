"""Where the addresses of a register are: all that is needed to say how many lie in a cell."""

from collections.abc import Iterator
from pathlib import Path

from data import address_file, dar_extract
from geo.streets import LonLat


def address_points(path: Path | None) -> Iterator[LonLat]:
    """Lon and lat of each address in a register as `data.gazetteers.load_gazetteer` takes it; none without one."""
    if path is None:
        return
    known = (
        dar_extract.read_extract(path).addresses if dar_extract.is_extract(path) else address_file.read_addresses(path)
    )
    for _, _, point, _ in known:
        yield point
