from pathlib import Path

import pytest

from api.openid_address import OpenIdAddressError
from api.openid_settings import OpenIdSettings, OpenIdSettingsError, openid_of
from api.settings import read_settings
from data.group_file import GroupFileError
from data.secret import SecretError

SECRET = "kfj38-not-to-be-seen"


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    groups = tmp_path / "groups.toml"
    groups.write_text('[[group]]\nname = "analyse"\npartnership = "nord"\nrole = "analyst"\n')
    return {
        "ISSUER": "https://Login.example.dk/tenant/v2.0",
        "CLIENT_ID": "trygkort",
        "CLIENT_SECRET": SECRET,
        "REDIRECT": "https://trygkort.example.dk/",
        "GROUPS": str(groups),
    }


def read(given: dict[str, str]) -> OpenIdSettings | None:
    return openid_of(read_settings({f"TRYGKORT_OPENID_{name}": value for name, value in given.items()}))


def test_no_setting_is_no_login() -> None:
    assert read({}) is None


def test_the_settings_are_read(given: dict[str, str]) -> None:
    settings = read(given | {"HOSTS": "graph.example.dk, keys.example.dk:8443", "CLOCK_SKEW_S": "5"})
    assert settings is not None
    assert settings.issuer == "https://Login.example.dk/tenant/v2.0"
    assert settings.callback == "https://trygkort.example.dk/login/openid/callback"
    assert settings.hosts == {"login.example.dk:443", "graph.example.dk:443", "keys.example.dk:8443"}
    assert (settings.groups_claim, settings.scopes, settings.clock_skew_s) == ("groups", ("openid",), 5)
    assert settings.secure


def test_the_secret_is_not_shown(given: dict[str, str]) -> None:
    settings = read_settings({f"TRYGKORT_OPENID_{name}": value for name, value in given.items()})
    assert settings.shown()["TRYGKORT_OPENID_CLIENT_SECRET"] == "(set, not shown)"
    assert SECRET not in repr(settings) + repr(read(given))


def test_the_secret_may_stand_in_a_file(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    del given["CLIENT_SECRET"]
    settings = read(given | {"CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert settings is not None
    assert settings.client_secret == SECRET
    with pytest.raises(SecretError, match="cannot be read"):
        read(given | {"CLIENT_SECRET_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("missing", ["ISSUER", "CLIENT_ID", "REDIRECT", "GROUPS"])
def test_a_missing_setting_is_named(given: dict[str, str], missing: str) -> None:
    del given[missing]
    with pytest.raises(OpenIdSettingsError, match=f"TRYGKORT_OPENID_{missing} is not set"):
        read(given)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ISSUER": "http://login.example.dk"}, "TRYGKORT_OPENID_ISSUER must begin with https://"),
        ({"ISSUER": "login.example.dk"}, "TRYGKORT_OPENID_ISSUER must begin with https://"),
        ({"ISSUER": "https://"}, "TRYGKORT_OPENID_ISSUER has no host"),
        ({"ISSUER": "https://a:b@login.example.dk"}, "neither a user"),
        ({"ISSUER": "https://login.example.dk/#x"}, "a part after #"),
        ({"ISSUER": "https://login.example.dk/ x"}, "characters"),
        ({"ISSUER": "https://login.example.dk:x"}, "TRYGKORT_OPENID_ISSUER is not an address"),
        ({"REDIRECT": "http://trygkort.example.dk"}, "TRYGKORT_OPENID_REDIRECT must begin with https://"),
        ({"HOSTS": "user@x.dk"}, "neither a user"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(given: dict[str, str], changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(OpenIdAddressError, match=sentence):
        read(given | changed)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ISSUER": "https://login.example.dk?x"}, "no part after"),
        ({"REDIRECT": "https://trygkort.example.dk/x"}, "without a path"),
        ({"CLIENT_ID": "a b"}, "TRYGKORT_OPENID_CLIENT_ID must hold plain letters"),
        ({"CLIENT_SECRET": "hemmelig å"}, "TRYGKORT_OPENID_CLIENT_SECRET must hold plain letters"),
        ({"CLIENT_SECRET": ""}, "neither is set"),
        ({"CLIENT_SECRET_FILE": "x"}, "both are set"),
        ({"SCOPES": "groups"}, "must hold openid, found 'groups'"),
        ({"HOSTS": "https://x.dk"}, "a host in TRYGKORT_OPENID_HOSTS"),
        ({"HOSTS": "x.dk/path"}, "found 'x.dk/path'"),
        ({"HOSTS": "X.dk"}, "found 'X.dk'"),
        ({"CLOCK_SKEW_S": "301"}, "from 0 to 300, found '301'"),
        ({"CLOCK_SKEW_S": "-1"}, "found '-1'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(given: dict[str, str], changed: dict[str, str], sentence: str) -> None:
    with pytest.raises((OpenIdSettingsError, OpenIdAddressError), match=sentence) as refused:
        read(given | changed)
    assert "hemmelig" not in str(refused.value)


def test_this_machine_may_do_without_https(given: dict[str, str]) -> None:
    settings = read(given | {"ISSUER": "http://[::1]:8080", "REDIRECT": "http://localhost:8000"})
    assert settings is not None
    assert settings.hosts == {"[::1]:8080"}
    assert not settings.secure


def test_a_missing_file_of_groups_is_named(given: dict[str, str]) -> None:
    with pytest.raises(GroupFileError, match="there is no file of groups"):
        read(given | {"GROUPS": "/none"})
