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
    with pytest.raises(SettingsError, match="unknown setting TRYGKORT_HOEM; known are TRYGKORT_BASEMAP, "):
        read_settings({"TRYGKORT_HOEM": "/srv"})


def test_every_setting_stands_in_the_readme_or_a_document() -> None:
    root = Path(__file__).parents[2]
    texts = [path.read_text(encoding="utf-8") for path in (root / "README.md", *root.glob("docs/*.md"))]
    assert [name for name in read_settings({}).shown() if not any(f"`{name}`" in text for text in texts)] == []


def test_lists_are_split_at_commas_and_spaces() -> None:
    settings = read_settings({"TRYGKORT_PROXIES": "10.0.0.1, fd00::/8", "TRYGKORT_HOSTS": "Trygkort.example"})
    assert settings.proxies == ("10.0.0.1", "fd00::/8")
    assert settings.answered_hosts == {"127.0.0.1", "localhost", "trygkort.example"}
    assert settings.shown()["TRYGKORT_PROXIES"] == "10.0.0.1,fd00::/8"


def test_limits_are_settings_too() -> None:
    settings = read_settings({"TRYGKORT_LIMIT_BODY_BYTES": "1000"})
    assert settings.limits.body_bytes == 1000
    assert settings.shown()["TRYGKORT_LIMIT_BODY_BYTES"] == "1000"
