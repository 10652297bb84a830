"""Addresses that an OpenID Connect login may use: https, or this machine, on hosts that were named."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from geo.errors import PlainError

PORTS = {"https": 443, "http": 80}


class OpenIdAddressError(PlainError, ValueError):
    """An address that must not be used; the sentence names the setting or the field, not a secret."""


def require_address(name: str, url: str) -> SplitResult:
    """The parts of ``url``; raises `OpenIdAddressError` unless it is https, or http on this machine.

    >>> require_address("TRYGKORT_OPENID_ISSUER", "https://login.example.dk/x").hostname
    'login.example.dk'
    >>> require_address("TRYGKORT_OPENID_ISSUER", "http://login.example.dk")
    Traceback (most recent call last):
    api.openid_address.OpenIdAddressError: TRYGKORT_OPENID_ISSUER must begin with https://; only this machine may be \
asked without
    """
    address = _parts(name, url)
    if address.scheme not in PORTS or (address.scheme == "http" and not is_loopback(address.hostname or "")):
        raise OpenIdAddressError(f"{name} must begin with https://; only this machine may be asked without")
    if not address.hostname:
        raise OpenIdAddressError(f"{name} has no host")
    if address.username is not None or address.password is not None or "#" in url:
        raise OpenIdAddressError(f"{name} must have neither a user nor a part after #")
    return address


def host_of(address: SplitResult) -> str:
    """Host and port, the port also where the scheme implies it.

    >>> host_of(urlsplit("https://Login.example.dk/x")), host_of(urlsplit("http://[::1]:8080"))
    ('login.example.dk:443', '[::1]:8080')
    """
    name = address.hostname or ""
    return f"{f'[{name}]' if ':' in name else name}:{address.port or PORTS.get(address.scheme, 0)}"


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parts(name: str, url: str) -> SplitResult:
    if not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\^`{|}'):
        raise OpenIdAddressError(f"{name} holds characters that an address cannot have")
    try:
        address = urlsplit(url)
        # Reading the port proves it.
        _ = address.port
    except ValueError as error:
        raise OpenIdAddressError(f"{name} is not an address") from error
    return address
