"""Every way to log in, put together: accounts of this service, and the organisation's own where it is set."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import Response

from api import login_routes, openid_routes
from api.identify import Identity, identity_of
from api.openid import OpenId
from api.openid_refusal import Reason
from api.openid_settings import openid_of
from api.settings import Settings
from data.secret import case_number_key
from data.store import Store
from models.audit import NOBODY
from models.partnership import Partnership


@dataclass(frozen=True)
class Logins:
    """``identity`` knows sessions and tokens; ``openid`` is None where no provider is set."""

    identity: Identity
    openid: OpenId | None = None

    def install(self, app: FastAPI, partnership: Partnership) -> None:
        """Add the routes of logging in and out to ``app``."""
        openid = self.openid
        if openid is None:
            login_routes.install(app, partnership, self.identity)
            return

        def after_logout(handle: str | None) -> Response:
            return openid_routes.logged_out(openid, handle, self.refused)

        login_routes.install(
            app, partnership, self.identity, openid_href=openid_routes.LOGIN, after_logout=after_logout
        )
        openid_routes.install(app, openid, self.identity, self.refused)

    def refused(self, reason: Reason) -> None:
        """Log why a login at the provider was refused; who it was is not known."""
        self.identity.store.log(actor=NOBODY, action="login", subject="openid", outcome=f"refused: {reason}")


def logins_of(store: Store, settings: Settings) -> Logins:
    """The ways to log in as the operator set them; raises `geo.errors.PlainError` where they cannot be used."""
    found = openid_of(settings)
    openid = None if found is None else OpenId(found, case_number_key(settings.home))
    return Logins(identity_of(store, settings), openid)
