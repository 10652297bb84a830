"""``trygkort token``: tokens by which programs read and bring data."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.accounts import create_token
from api.cli.opened import opened
from models.api_token import LONGEST_VALID, READ, ApiToken

Handle = Annotated[str, typer.Argument(help="The account whose token it is.")]


def add_to(app: typer.Typer) -> None:
    tokens = typer.Typer(help="Tokens: by which programs read and bring data.", no_args_is_help=True)
    tokens.command()(create)
    tokens.command("list")(list_)
    tokens.command()(revoke)
    app.add_typer(tokens, name="token")


def create(
    handle: Handle,
    *,
    scope: Annotated[list[str], typer.Option(help=f"'{READ}', or partnership:role of the account's; repeat.")],
    days: Annotated[int, typer.Option(help="Valid so many days.", min=1, max=LONGEST_VALID.days)],
) -> None:
    """Make a token. It is shown once, and kept nowhere."""
    with opened() as at:
        token = create_token(at.store.accounts, handle, scope, days=days, now=datetime.now(UTC), actor=at.gate.actor)
    typer.echo(token)


def list_(
    handle: Annotated[str | None, typer.Argument(help="Of this account alone.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """The tokens by their prefix, the newest first."""
    with opened() as at:
        found = at.store.accounts.tokens(handle)
    if as_json:
        typer.echo(json.dumps([_row(one) for one in found]))
        return
    now = datetime.now(UTC)
    typer.echo("\n".join(_line(one, now) for one in found) or "no tokens")


def revoke(prefix: Annotated[str, typer.Argument(help="The token's prefix, as list shows it.")]) -> None:
    """End a token, at once."""
    with opened() as at:
        at.store.accounts.revoke_token(prefix, now=datetime.now(UTC), actor=at.gate.actor)
    typer.echo(f"token {prefix} is revoked")


def _line(token: ApiToken, now: datetime) -> str:
    state = "revoked" if token.revoked_at else "works" if token.works(now) else "over"
    used = f"last used {token.last_used_on}" if token.last_used_on else "not used"
    scopes = ",".join(token.scopes)
    return f"{token.prefix}  {token.account:<20} {state:<8} until {token.expires_at:%Y-%m-%d}  {used}  {scopes}"


def _row(token: ApiToken) -> dict[str, object]:
    return {
        "prefix": token.prefix,
        "account": token.account,
        "scopes": list(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        "last_used_on": token.last_used_on.isoformat() if token.last_used_on else None,
    }
