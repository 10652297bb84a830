"""``trygkort user``: who may log in, and in which role."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.accounts import one_time_link, one_time_login
from api.cli.opened import opened
from api.cli.service import HOST, PORT
from data.password_hash import Passwords
from models.account import AccountError, grant_of, grant_text, require_local_handle, require_password
from models.viewer import Role

Handle = Annotated[str, typer.Argument(help="The account: a function with a number, such as vagtplan-1.")]
GrantText = Annotated[str, typer.Argument(metavar="PARTNERSHIP:ROLE", help=f"Roles: {', '.join(Role)}.")]


def add_to(app: typer.Typer) -> None:
    users = typer.Typer(help="Accounts: who may log in, and in which role.", no_args_is_help=True)
    users.command()(add)
    users.command("list")(list_)
    users.command()(grant)
    users.command("revoke-grant")(revoke_grant)
    users.command()(disable)
    users.command()(enable)
    users.command()(password)
    users.command("one-time")(one_time)
    app.add_typer(users, name="user")


def add(
    handle: Handle,
    *,
    with_password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, or read it from standard input.")
    ] = False,
    grants: Annotated[list[str] | None, typer.Option("--grant", help="partnership:role; repeat.")] = None,
) -> None:
    """Make an account. Without a password, give it a one-time login."""
    require_local_handle(handle)
    wanted = [grant_of(text) for text in grants or []]
    hashed = _hashed(handle) if with_password else None
    with opened() as at:
        at.store.accounts.add(handle, hashed, at.gate.actor)
        for one in wanted:
            at.store.accounts.grant(handle, one, at.gate.actor)
    typer.echo(f"account {handle} is made{'' if with_password else '; trygkort user one-time lets it log in'}")


def list_(*, as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False) -> None:
    """The accounts and their roles, a line each."""
    with opened() as at:
        found = at.store.accounts.accounts()
    rows = [
        {
            "handle": one.handle,
            "state": one.state,
            "password": one.has_password,
            "grants": sorted(map(grant_text, one.grants)),
        }
        for one in found
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    lines = [
        f"{one.handle:<24} {one.state:<9} {'password' if one.has_password else '-':<9} "
        f"{' '.join(sorted(map(grant_text, one.grants)))}".rstrip()
        for one in found
    ]
    typer.echo("\n".join(lines) or "no accounts")


def grant(handle: Handle, granted: GrantText) -> None:
    """Give an account a role in a partnership."""
    one = grant_of(granted)
    with opened() as at:
        at.store.accounts.grant(handle, one, at.gate.actor)
    typer.echo(f"{handle} has {grant_text(one)}")


def revoke_grant(handle: Handle, granted: GrantText) -> None:
    """Take a role back, at once."""
    one = grant_of(granted)
    with opened() as at:
        at.store.accounts.revoke_grant(handle, one, at.gate.actor)
    typer.echo(f"{handle} does not have {grant_text(one)}")


def disable(handle: Handle) -> None:
    """Let nobody log in with an account; its sessions end, and its tokens rest."""
    with opened() as at:
        at.store.accounts.set_state(handle, "disabled", at.gate.actor)
    typer.echo(f"{handle} is disabled")


def enable(handle: Handle) -> None:
    """Let an account log in again."""
    with opened() as at:
        at.store.accounts.set_state(handle, "active", at.gate.actor)
    typer.echo(f"{handle} is active")


def password(handle: Handle) -> None:
    """Give an account another password, from the prompt or standard input; its sessions end."""
    require_local_handle(handle)
    hashed = _hashed(handle)
    with opened() as at:
        at.store.accounts.set_password(handle, hashed, at.gate.actor)
    typer.echo(f"{handle} has another password")


def one_time(
    handle: Handle,
    *,
    address: Annotated[str, typer.Option(help="Where the service is.")] = f"http://{HOST}:{PORT}",
) -> None:
    """Print a link that logs an account in once, within a day."""
    with opened() as at:
        code = one_time_login(at.store.accounts, handle, now=datetime.now(UTC), actor=at.gate.actor)
    typer.echo(one_time_link(address.rstrip("/"), code))


def _hashed(handle: str) -> str:
    typed = _typed()
    require_password(typed, handle)
    return Passwords().hashed(typed)


def _typed() -> str:
    """From the prompt twice, or the first line of standard input; never from the arguments, which others can see."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise AccountError("there is no password on standard input")
        return line
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
