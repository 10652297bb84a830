"""The base map that the environment names, in place of the partnership's own."""

from dataclasses import replace
from pathlib import Path

from api.settings import Settings, SettingsError
from models.parameter_limits import ParameterError
from models.partnership import Partnership


def with_basemap(partnership: Partnership, settings: Settings) -> Partnership:
    """``partnership`` with the base map that the environment names, where it names one.

    Raises `api.settings.SettingsError`; no file or server is looked at.
    """
    attribution = settings.basemap_attribution or partnership.basemap.attribution
    source = settings.basemap
    if source and "://" not in source:
        source = str(Path(source).expanduser().absolute())
    try:
        basemap = replace(partnership.basemap, source=source or partnership.basemap.source, attribution=attribution)
    except ParameterError as error:
        raise SettingsError(f"TRYGKORT_BASEMAP: {error}") from error
    return replace(partnership, basemap=basemap)
