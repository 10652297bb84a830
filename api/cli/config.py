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
    from api.basemap import failure_of, opened_basemap, said  # noqa: PLC0415
    from api.basemap_settings import with_basemap  # noqa: PLC0415
    from api.server import trusted_proxies  # noqa: PLC0415
    from api.webhook import webhook_of  # noqa: PLC0415
    from data.partnerships import load_partnership, load_sketch  # noqa: PLC0415
    from data.secret import KEY_FILE, readable_by_others  # noqa: PLC0415

    settings = read_settings(os.environ)
    webhook = webhook_of(settings)
    trusted_proxies(settings.proxies)
    partnership = with_basemap(load_partnership(settings.partnership), settings)
    source = opened_basemap(partnership, settings.basemap_token)
    load_sketch(settings.partnership)
    areas = partnership.areas
    typer.echo(
        f"{partnership.name}: treated area '{areas.treated.name}', {len(areas.neighbours)} neighbours, "
        f"{len(areas.controls)} controls, {len(partnership.categories)} categories, "
        f"shifts {', '.join(shift.id for shift in partnership.calendar.shifts)}"
    )
    for name, path in {**settings.secret_files(), "the key for case numbers": settings.home / KEY_FILE}.items():
        if readable_by_others(path):
            typer.echo(f"warning: others can read {path} ({name}); to mend it: chmod 600 {path}", err=True)
    typer.echo(f"base map: {said(partnership)}")
    if source is not None and (failure := failure_of(source, partnership)):
        typer.echo(f"warning: base map: {failure}", err=True)
    typer.echo(f"webhook: {webhook.host}, signed with {len(webhook.keys)} secret(s)" if webhook else "webhook: off")
