"""`hanse events`: the event log, its consumers, and dead letters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hanse_wire.command_line import CommandUsageError, data_option, json_option, print_json

if TYPE_CHECKING:
    from hanse.events import EventCommands
    from hanse_subgraph.events.log import DeadLetter

url_option = click.option(
    "--url", envvar="HANSE_EVENTS_URL", help="The event log. Default: the one that the subgraphs' settings name."
)
consumer_option = click.option("--consumer", metavar="NAME", help="Only of this consumer, named like its subgraph.")


@click.group()
def events() -> None:
    """The event log: topics, the lag of consumers, dead letters."""


@events.command()
@data_option
@url_option
@json_option
def setup(data: Path, url: str | None, as_json: bool) -> None:
    """Create missing topics on Kafka, and correct the configuration of the others."""
    done = _log(data, url).set_up()
    if as_json:
        print_json(done)
        return
    for topic, what in done.items():
        click.echo(f"{topic}: {what}")
    if not done:
        click.echo("the embedded event log needs no setup")


@events.command()
@data_option
@url_option
@json_option
def lag(data: Path, url: str | None, as_json: bool) -> None:
    """Print how many events each consumer has not handled yet."""
    found = _log(data, url).lag()
    if as_json:
        print_json(found)
        return
    for consumer, parts in found.items():
        where = ", ".join(f"{part}: {count}" for part, count in parts.items())
        click.echo(f"{consumer}: {sum(parts.values())} behind{f' ({where})' if where else ''}")


@events.group()
def dead() -> None:
    """Dead letters: events that a consumer gave up, each with its error."""


@dead.command("list")
@data_option
@url_option
@consumer_option
@json_option
def dead_list(data: Path, url: str | None, consumer: str | None, as_json: bool) -> None:
    """Print the dead letters, oldest first."""
    letters = _log(data, url).dead_letters(consumer)
    if as_json:
        print_json([_as_dict(letter) for letter in letters])
        return
    for letter in letters:
        click.echo(_as_text(letter))
    if not letters:
        click.echo("no dead letters")


@dead.command("replay")
@data_option
@url_option
@consumer_option
@click.option("--all", "every", is_flag=True, help="Replay all of them.")
@json_option
@click.argument("event_id", metavar="[ID]", required=False)
def dead_replay(
    data: Path, url: str | None, consumer: str | None, every: bool, as_json: bool, event_id: str | None
) -> None:
    """Deliver dead letters to their consumers again: those of the event ID, or all."""
    if (event_id is None) != every:
        raise CommandUsageError("give the id of the event whose dead letters to replay, or --all")
    letters = _log(data, url).replay(consumer, event_id)
    if as_json:
        print_json([_as_dict(letter) for letter in letters])
        return
    for letter in letters:
        click.echo(f"replayed to {letter.consumer}: {letter.event.id}")
    if not letters:
        click.echo("no dead letters")


def _log(data: Path, url: str | None) -> EventCommands:
    from hanse.events import EventCommands
    from hanse.project import find_project

    return EventCommands(find_project(), data.expanduser().absolute(), url)


def _as_text(letter: DeadLetter) -> str:
    found = _as_dict(letter)
    what = f"{found['type']} of {found['subject']}" if "type" in found else "not an event"
    error = " ".join(letter.error.split())
    return f"{found['time']} {letter.consumer} {letter.event.id} ({what}, {letter.attempts} attempts): {error}"


def _as_dict(letter: DeadLetter) -> dict[str, Any]:
    from hanse_subgraph.events.envelope import Event

    event = letter.event
    return {
        "time": letter.buried_at.isoformat(timespec="seconds"),
        "consumer": letter.consumer,
        "id": event.id,
        **({"type": event.type, "subject": event.subject} if isinstance(event, Event) else {}),
        "attempts": letter.attempts,
        "error": letter.error,
    }
