"""``trygkort geocode find`` and ``geocode review``."""

import os
from typing import Annotated

import typer

from api.settings import Settings, read_settings
from data.gazetteers import load_gazetteer
from data.geocode_decisions import DecisionsError, decide, own_place, read_decisions, reviewed
from data.partnerships import load_sketch
from geo.gazetteer import Candidate, Found

geocode_app = typer.Typer(help="Addresses: try one, and decide those that fit several places.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(geocode_app, name="geocode")


@geocode_app.command()
def find(address: Annotated[str, typer.Argument(help="An address in one line.")]) -> None:
    """Where an address is, how it was found and how accurate that is."""
    settings = read_settings(os.environ)
    outcome = reviewed(load_gazetteer(load_sketch(settings.partnership), settings.gazetteer), settings.home)
    found = outcome.find_address(address)
    if isinstance(found, Found):
        typer.echo(_told(found))
    elif found is None:
        typer.echo("not found")
    else:
        typer.echo(f"'{found.asked}' fits {len(found.candidates)} places")
        _list(found.candidates)


@geocode_app.command()
def review(
    question: Annotated[str | None, typer.Argument(help="The question to decide, as the list shows it.")] = None,
    candidate: Annotated[int | None, typer.Option(help="The candidate that is meant, by its number.")] = None,
    point: Annotated[
        tuple[float, float] | None, typer.Option(help="Another place is meant: longitude and latitude.")
    ] = None,
    accuracy_m: Annotated[float, typer.Option(help="How far off that point may be, in metres.")] = 25.0,
    nowhere: Annotated[bool, typer.Option("--nowhere", help="None of them is meant.")] = False,
) -> None:
    """List addresses that fit several places, or decide one; the next import uses the decision."""
    settings = read_settings(os.environ)
    if question is None:
        _review_list(settings)
        return
    if (candidate is not None) + (point is not None) + nowhere != 1:
        raise DecisionsError("say which it is: --candidate N, --point LON LAT, or --nowhere")
    chosen = decide(settings.home, question, own_place(*point, accuracy_m) if point else candidate)
    typer.echo(f"'{question}' is {chosen.name}: import the file again" if chosen else f"'{question}' is nowhere")


def _review_list(settings: Settings) -> None:
    kept = read_decisions(settings.home)
    waiting = {asked: known for asked, known in kept.questions.items() if asked not in kept.decided}
    typer.echo(f"{len(waiting)} to decide, {len(kept.decided)} decided")
    for asked, known in waiting.items():
        typer.echo(f"'{asked}'")
        _list(known)


def _list(candidates: tuple[Candidate, ...]) -> None:
    for number, one in enumerate(candidates, 1):
        typer.echo(f"  {number}  {one.name}: {_told(one.found)}")


def _told(found: Found) -> str:
    return (
        f"{found.lon:.5f} {found.lat:.5f}, {found.method}, accuracy {found.accuracy_m:.0f} m "
        f"({found.accuracy_class}), score {found.score:.2f}"
    )
