"""A secret is in no output, whatever fails: not in what is shown, not in an error, not in a representation."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import PREFIX, Settings, SettingsError, read_settings
from data.secret import SecretError, secret_file, without_password
from data.store import Store, StoreError
from tests.api.conftest import Command

HUNTER = "hunter2Æ"
WORDS = re.compile("hunter|passw0rd", re.IGNORECASE)
SAYS_SECRET = re.compile(r"url$|secret$|password|token$|key$")


def test_every_field_that_sounds_like_a_secret_is_kept_from_sight() -> None:
    named = {field.name for field in fields(Settings) if SAYS_SECRET.search(field.name)}
    assert {"database_url", "webhook_url", "webhook_secret"} <= named
    # An address of map tiles may hold one too.
    assert named | {"basemap"} == {field.name for field in fields(Settings) if not field.repr}


def test_neither_the_settings_nor_what_is_shown_of_them_holds_one() -> None:
    names = [field.name for field in fields(Settings) if not field.repr]
    settings = read_settings({PREFIX + name.upper(): f"postgresql://u:{HUNTER}@h/{name}" for name in names})
    assert not WORDS.search(repr(settings) + str(settings.shown()) + repr(Store(settings.database_url or "")))
    assert all(settings.shown()[PREFIX + name.upper()] == "(set, not shown)" for name in names)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@localhost:1/db",
        "postgresql://u:hunter2/passw0rd@localhost:1/db",
        "postgresql://u:hunter2@passw0rd@localhost:1/db",
        "postgresql://u:hunter2#passw0rd?x@localhost:1/db",
        "postgresql://u:%zzhunter2@localhost:1/db",
        "postgresql://localhost:1/db?password=hunter2&nonsense=passw0rd",
        "host=localhost port=1 password=hunter2 passw0rd",
        "postgres:hunter2",
        "host=localhost port=hunter2 password=hunter2",
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(url: str, trygkort: Command) -> None:
    with pytest.raises(StoreError) as caught, Store(url):
        pass
    assert str(caught.value).startswith("the database cannot be used: ")
    assert not WORDS.search(str(caught.value))
    done = trygkort("check", TRYGKORT_DATABASE_URL=url)
    assert done.returncode == 2
    assert not WORDS.search(done.stdout + done.stderr)


def test_what_is_quoted_and_no_secret_stays() -> None:
    assert without_password('role "jens" at "db"', "postgresql://jens:geheim@db/x") == 'role "jens" at "db"'


def test_the_database_may_be_named_in_a_file(trygkort: Command, database: str, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{database}\n")
    file.chmod(0o600)
    done = trygkort("check", TRYGKORT_DATABASE_URL="", TRYGKORT_DATABASE_URL_FILE=str(file))
    assert done.returncode == 0, done.stderr
    shown = trygkort("config", "show", TRYGKORT_DATABASE_URL="", TRYGKORT_DATABASE_URL_FILE=str(file))
    assert "TRYGKORT_DATABASE_URL=(set, not shown)" in shown.stdout
    assert f"TRYGKORT_DATABASE_URL_FILE={file}" in shown.stdout


def test_a_file_is_refused_where_it_says_nothing_or_twice_or_others_may_write_it(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(" \n")
    file.chmod(0o600)
    environment = {"TRYGKORT_DATABASE_URL_FILE": str(file)}
    with pytest.raises(SettingsError, match="the file of TRYGKORT_DATABASE_URL_FILE is empty"):
        read_settings(environment)
    with pytest.raises(SettingsError, match="are both set") as caught:
        read_settings({**environment, "TRYGKORT_DATABASE_URL": HUNTER})
    assert not WORDS.search(str(caught.value))
    file.write_text("hunter2")
    file.chmod(0o620)
    with pytest.raises(SecretError, match=r"can be written by others; to mend it: chmod 600 ") as refused:
        secret_file(file)
    assert not WORDS.search(str(refused.value))
    with pytest.raises(SecretError, match="cannot be read"):
        read_settings({"TRYGKORT_DATABASE_URL_FILE": str(tmp_path / "none")})


def test_config_check_warns_of_secrets_that_others_can_read(trygkort: Command, database: str, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(database)
    key = tmp_path / "home" / "case-number.key"
    key.parent.mkdir()
    key.write_bytes(b"k" * 32)
    for mode in (0o644, 0o640, 0o600):
        file.chmod(mode)
        key.chmod(mode)
        done = trygkort("config", "check", TRYGKORT_DATABASE_URL="", TRYGKORT_DATABASE_URL_FILE=str(file))
        assert done.returncode == 0
        warned = done.stderr.splitlines()
        assert warned == (
            []
            if mode == 0o600
            else [
                f"warning: others can read {file} (TRYGKORT_DATABASE_URL_FILE); to mend it: chmod 600 {file}",
                f"warning: others can read {key} (the key for case numbers); to mend it: chmod 600 {key}",
            ]
        )


def test_config_check_looks_at_the_proxies(trygkort: Command) -> None:
    done = trygkort("config", "check", TRYGKORT_PROXIES="10.0.0.0/8, proxy")
    assert done.returncode == 2
    assert "TRYGKORT_PROXIES holds what is no address and no network: 'proxy'" in done.stderr
