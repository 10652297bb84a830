"""``trygkort webhook``: what other systems are told of the alerts, and whether they have it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
import typer

from api.cli.opened import Opened, opened
from api.gate import Gate, operator
from api.webhook import SENDER, WebhookError, send_due, send_test, webhook_of
from api.webhook_post import Webhook
from data.webhook_outbox import OutboxEntry
from geo.errors import PlainError
from models.alert_announcement import DELIVERY_STATES, DeliveryState


class WebhookOptionError(PlainError, ValueError):
    """An option that no announcement knows."""


class NotAcceptedError(PlainError, RuntimeError):
    """The receiver did not take a test."""


def add_to(app: typer.Typer) -> None:
    webhook = typer.Typer(
        help="Webhook: see what other systems were told of alerts, and send it.", no_args_is_help=True
    )
    webhook.command("list")(list_)
    webhook.command()(send)
    webhook.command()(test)
    app.add_typer(webhook, name="webhook")


def list_(
    *,
    state: Annotated[str | None, typer.Option(help=f"Only what is {', '.join(DELIVERY_STATES)}.")] = None,
    limit: Annotated[int, typer.Option(help="So many at most, the newest first.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """What was announced, newest first, and whether it was delivered."""
    wanted = _state(state) if state else None
    with opened() as at:
        found = at.gate.announcements(wanted, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in found], default=datetime.isoformat))
    else:
        typer.echo("\n".join(map(_line, found)) or "nothing announced")


def send(
    *,
    again: Annotated[bool, typer.Option("--again", help="Also what was given up.")] = False,
) -> None:
    """Send what is due now. `serve` does so by itself, and `daily` once at its end."""
    with opened() as at:
        webhook = _required(at)
        if again:
            at.gate.announce_again(now=datetime.now(UTC))
        _send(at, webhook)


def test() -> None:
    """Send an announcement that says nothing happened, and say how it was received."""
    with opened() as at:
        webhook = _required(at)
        answer = send_test(at.gate, webhook)
    if not answer.accepted:
        raise NotAcceptedError(f"{webhook.host} did not accept the test: {answer.outcome}")
    typer.echo(f"{webhook.host} accepted the test: {answer.outcome}")


def announce_due(at: Opened) -> None:
    """Send what is due, where there is a webhook, and say what came of it."""
    webhook = webhook_of(at.settings)
    if webhook is not None:
        _send(at, webhook)


def _send(at: Opened, webhook: Webhook) -> None:
    sent = send_due(
        Gate(at.store, at.partnership, operator(SENDER, purpose="operation")), webhook, rng=np.random.default_rng()
    )
    why = f" ({sent.outcome})" if sent.outcome else ""
    typer.echo(f"webhook: {sent.delivered} delivered, {sent.failed} failed{why}, {sent.given_up} given up")


def _required(at: Opened) -> Webhook:
    webhook = webhook_of(at.settings)
    if webhook is None:
        raise WebhookError("there is no webhook; set TRYGKORT_WEBHOOK_URL and TRYGKORT_WEBHOOK_SECRET")
    return webhook


def _state(text: str) -> DeliveryState:
    if text not in DELIVERY_STATES:
        raise WebhookOptionError(f"--state is '{text}'; it must be one of {', '.join(DELIVERY_STATES)}")
    return text


def _line(entry: OutboxEntry) -> str:
    tried = f", {entry.attempts} × tried, last {entry.outcome}" if entry.outcome else ""
    following = f", next {entry.next_attempt_at:%Y-%m-%d %H:%M}" if entry.next_attempt_at else ""
    return f"{entry.at:%Y-%m-%d %H:%M}  alert {entry.alert}  {entry.type}  {entry.state}{tried}{following}  {entry.id}"
