from pathlib import Path

import pytest

from api.settings import SettingsError, read_settings


def test_defaults() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert settings.home == Path(".trygkort").absolute()
    assert (settings.database_url, settings.partnership, settings.gazetteer, settings.pg_bin) == (None,) * 4


def test_values_come_from_the_environment_and_empty_means_unset() -> None:
    settings = read_settings({"TRYGKORT_HOME": "/srv/tryg", "TRYGKORT_DATABASE_URL": "", "TRYGKORT_PARTNERSHIP": "p"})
    assert settings.home == Path("/srv/tryg")
    assert settings.database_url is None
    assert settings.partnership == Path("p").absolute()


def test_a_misspelt_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="unknown setting TRYGKORT_HOEM; known are TRYGKORT_DATABASE_OWNER_URL"):
        read_settings({"TRYGKORT_HOEM": "/srv"})


def test_every_setting_stands_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name in read_settings({}).shown() if f"`{name}`" not in readme] == []
