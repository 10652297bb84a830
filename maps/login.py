"""The pages of logging in and of one's own account, in Danish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from maps.assets import Assets
from maps.danish import clock, medium_date
from maps.language import _
from maps.page import Frame, PageLinks, render
from maps.viewer_menu import ROLE_TEXT
from models.api_token import READ, ApiToken
from models.viewer import Grant


@dataclass(frozen=True)
class SessionLine:
    """One session on the page of an account; ``number`` names it in the form."""

    number: str
    created_at: datetime
    seen_at: datetime
    here: bool


def login_page(
    partnership: str,
    *,
    next_path: str,
    refused: str,
    openid_href: str | None,
    other_language: str,
    assets: Assets,
) -> str:
    """The form for handle and password; ``openid_href`` leads to the organisation's own login where there is one,
    ``other_language`` to this page in the other language."""
    return render(
        "login",
        Frame(_("Log ind"), partnership, "login", assets, synthetic=False, links=None),
        next_path=next_path,
        other_language=other_language,
        refused=refused,
        openid_href=openid_href,
    )


def one_time_page(partnership: str, *, code: str, assets: Assets) -> str:
    """A button that uses up a one-time login: opening the link alone does not."""
    frame = Frame(_("Engangslogin"), partnership, "login", assets, synthetic=False, links=None)
    return render("one_time", frame, code=code)


def logout_page(partnership: str, *, assets: Assets) -> str:
    """A button that logs out, for a request that did not come from a page of ours."""
    return render("logout", Frame(_("Log ud"), partnership, "login", assets, synthetic=False, links=None))


def account_page(
    handle: str,
    grants: Sequence[Grant],
    sessions: Sequence[SessionLine],
    tokens: Sequence[ApiToken],
    partnership: str,
    *,
    now: datetime,
    timezone: tzinfo,
    assets: Assets,
    links: PageLinks,
) -> str:
    """What an account has: roles, sessions and tokens."""
    return render(
        "account",
        Frame(_("Konto"), partnership, "account", assets, synthetic=False, links=links),
        handle=handle,
        grants=[(_(ROLE_TEXT[grant.role]), grant.partnership) for grant in grants],
        sessions=[(one, _moment(one.created_at, timezone), _moment(one.seen_at, timezone)) for one in sessions],
        others=any(not one.here for one in sessions),
        tokens=[(token, _scopes(token), _state(token, now, timezone)) for token in tokens],
    )


def _moment(at: datetime, timezone: tzinfo) -> str:
    local = at.astimezone(timezone)
    return f"{medium_date(local.date())} {clock(local)}"


def _scopes(token: ApiToken) -> str:
    return _("læse tal") if token.scopes == (READ,) else ", ".join(token.scopes)


def _state(token: ApiToken, now: datetime, timezone: tzinfo) -> str:
    if token.revoked_at is not None:
        return _("trukket tilbage {moment}").format(moment=_moment(token.revoked_at, timezone))
    used = (
        _("sidst brugt {last_used_on}").format(last_used_on=medium_date(token.last_used_on))
        if token.last_used_on
        else _("ikke brugt endnu")
    )
    over = _("udløb") if token.expires_at <= now else _("gælder til")
    return f"{over} {_moment(token.expires_at, timezone)}, {used}"
