"""``trygkort config show|check``."""

import os

import typer

from api.settings import read_settings

config_app = typer.Typer(help="Show and check the settings.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(config_app, name="config")


@config_app.command()
def show() -> None:
    """Every setting with its value; passwords are not shown."""
    for name, value in read_settings(os.environ).shown().items():
        typer.echo(f"{name}={value}")


@config_app.command()
def check() -> None:
    """Read the settings and the partnership's files; say what is wrong, or what was found."""
    # Partnerships bring geometry along, and `show` must answer without waiting for it.
    from api.webhook import webhook_of  # noqa: PLC0415
    from data.partnerships import load_partnership, load_sketch  # noqa: PLC0415

    settings = read_settings(os.environ)
    webhook = webhook_of(settings)
    partnership = load_partnership(settings.partnership)
    load_sketch(settings.partnership)
    areas = partnership.areas
    typer.echo(
        f"{partnership.name}: treated area '{areas.treated.name}', {len(areas.neighbours)} neighbours, "
        f"{len(areas.controls)} controls, {len(partnership.categories)} categories, "
        f"shifts {', '.join(shift.id for shift in partnership.calendar.shifts)}"
    )
    typer.echo(f"webhook: {webhook.host}, signed with {len(webhook.keys)} secret(s)" if webhook else "webhook: off")
