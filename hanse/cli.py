"""The command line. Each command imports what it needs when it runs, so that every one starts fast."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hanse.failures import Failure

Command = Callable[..., Any]
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path)
PORT = click.IntRange(0, 65535)

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
supergraph_option = click.option("--supergraph", required=True, type=FILE, help="The supergraph SDL.")
data_option = click.option(
    "--data",
    default=Path(".data"),
    show_default=True,
    type=FOLDER,
    envvar="HANSE_DATA",
    help="Folder of the databases, keys and the event log; made if missing.",
)


drain_option = click.option(
    "--drain",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 300),
    envvar="HANSE_DRAIN_SECONDS",
    help="Seconds to go on taking requests when told to stop, while /health/ready says no.",
)


metrics_port_option = click.option(
    "--metrics-port",
    type=PORT,
    envvar="HANSE_METRICS_PORT",
    help="Serve /metrics and /health on this port; 0 picks a free one; default: nothing is served.",
)


def port_option(default: int, envvar: str | None = None) -> Callable[[Command], Command]:
    """`--port`, with the command's own default and environment variable."""
    return click.option(
        "--port", default=default, show_default=True, envvar=envvar, type=PORT, help="Port; 0 picks a free one."
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="hanse")
def main() -> None:
    """Hanse: a federated GraphQL platform in Python."""


@main.command()
@host_option
@port_option(4000, envvar="HANSE_UP_PORT")
@data_option
@click.option("--demo/--no-demo", default=True, show_default=True, help="Fill empty databases with demo data.")
def up(host: str, port: int, data: Path, demo: bool) -> None:
    """Run the router and every subgraph in one process."""
    from hanse.up import run_platform

    run_platform(host=host, port=port, data=data, demo=demo)


@main.command()
@supergraph_option
@click.option("--config", type=FILE, help="router.yaml, the router's settings.")
@host_option
@port_option(4000)
@drain_option
def router(supergraph: Path, config: Path | None, host: str, port: int, drain: float) -> None:
    """Run the router alone, over any subgraphs."""
    from hanse.router import run_router

    run_router(supergraph=supergraph, config=config, host=host, port=port, drain=drain)


@main.command()
@click.argument("name")
@host_option
@click.option("--port", type=PORT, help="Port; 0 picks a free one; default: the subgraph's usual port.")
@drain_option
def subgraph(name: str, host: str, port: int | None, drain: float) -> None:
    """Run the subgraph NAME alone. Its settings are environment variables: HANSE_<NAME>_..."""
    from hanse.subgraph import run_subgraph

    run_subgraph(name=name, host=host, port=port, drain=drain)


@main.command()
@click.argument("name")
@host_option
@metrics_port_option
def relay(name: str, host: str, metrics_port: int | None) -> None:
    """Run the relay of the subgraph NAME alone: it moves events from the outbox to the event log."""
    from hanse.worker import run_worker

    run_worker(name=name, part="relay", host=host, metrics_port=metrics_port)


@main.command()
@click.argument("name")
@host_option
@metrics_port_option
def consumer(name: str, host: str, metrics_port: int | None) -> None:
    """Run the consumer of the subgraph NAME alone."""
    from hanse.worker import run_worker

    run_worker(name=name, part="consumer", host=host, metrics_port=metrics_port)


@main.command()
@click.option("--config", required=True, type=FILE, help="The subgraphs, in the form of Rover's supergraph.yaml.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it; default: stdout.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the diagnostics on stderr.",
)
@click.option("--hints", is_flag=True, help="Print hints too, not only errors.")
def compose(config: Path, output: Path | None, form: str, hints: bool) -> None:
    """Compose subgraphs into one supergraph."""
    from hanse.compose import compose_files

    sys.exit(compose_files(config=config, output=output, as_json=form == "json", with_hints=hints))


@main.command()
@supergraph_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "fetch-graph", "query-graph", "code"]),
    default="text",
    show_default=True,
    help="Text, JSON, a Graphviz graph of the fetches or of the supergraph, or the generated Python code.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--code", "form", flag_value="code", help="Print the Python code generated for the operation.")
@click.option("--operation-name", help="Which operation of the document, where it has several.")
@click.argument("operation", type=FILE)
def plan(supergraph: Path, operation: Path, operation_name: str | None, form: str) -> None:
    """Print the query plan of the operation in the file OPERATION."""
    from hanse.plan import plan_file

    click.echo(plan_file(supergraph=supergraph, operation=operation, name=operation_name, form=form))


@main.group()
def schema() -> None:
    """The platform's own schemas, published in schema/published/."""


@schema.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a file is out of date.")
def export(check: bool) -> None:
    """Write each subgraph's SDL and the supergraph to schema/published/."""
    from hanse import published

    names = published.drifted() if check else published.export()
    for name in names:
        click.echo(f"{'out of date' if check else 'written'}: schema/published/{name}")
    if check and names:
        raise Failure("schema/published/ is out of date: run `hanse schema export` and commit it")


@main.group()
def analytics() -> None:
    """The statistics, which are made from events alone."""


@analytics.command()
@data_option
def rebuild(data: Path) -> None:
    """Count everything again from the start of the event log, and print what came out."""
    from hanse.analytics import rebuild_statistics

    for name, value in rebuild_statistics(data).items():
        click.echo(f"{name}: {value}")


@main.group()
def users() -> None:
    """Accounts, as they are managed from outside the graph."""


@users.command("create-admin")
@data_option
@click.option("--email", required=True, help="The admin's address; it counts as verified.")
@click.option("--username", required=True, help="The name to sign in by, as the address.")
@click.option("--first-name", help="The first name.")
@click.option("--last-name", help="The last name.")
def create_admin(data: Path, email: str, username: str, first_name: str | None, last_name: str | None) -> None:
    """Make the account of an admin.

    The password is taken from HANSE_ADMIN_PASSWORD, asked for, or read from stdin (its first line).
    """
    from hanse.users import create_admin as create

    user_id = create(data=data, email=email, username=username, first_name=first_name, last_name=last_name)
    click.echo(f"admin {username}: {user_id}")


@main.group()
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command()
@data_option
def rotate(data: Path) -> None:
    """Sign with a new key from now on. Tokens of the one before stay good; those of older ones end.

    The platform may run meanwhile. Wait longer than an access token lives before rotating again.
    """
    from hanse.users import rotate_keys

    newest, *others = rotate_keys(data)
    click.echo(f"signs now: {newest}")
    for key_id in others:
        click.echo(f"still good: {key_id}")


@main.group()
def events() -> None:
    """The event log: its topics, how far consumers are behind, and what they gave up."""


url_option = click.option(
    "--url", envvar="HANSE_EVENTS_URL", help="The event log; default: the one that the subgraphs' settings name."
)
consumer_option = click.option("--consumer", metavar="NAME", help="Only this consumer's, named as its subgraph.")


@events.command()
@data_option
@url_option
def setup(data: Path, url: str | None) -> None:
    """Make the topics that are missing on Kafka, and put right how they are set."""
    from hanse import events as log

    for line in log.set_up(data=data, url=url):
        click.echo(line)


@events.command()
@data_option
@url_option
def lag(data: Path, url: str | None) -> None:
    """Print how many events each consumer has not done yet."""
    from hanse import events as log

    for line in log.lags(data=data, url=url):
        click.echo(line)


@events.group()
def dead() -> None:
    """Dead letters: events that a consumer gave up, each with its error."""


@dead.command("list")
@data_option
@url_option
@consumer_option
def dead_list(data: Path, url: str | None, consumer: str | None) -> None:
    """Print the dead letters, the oldest first."""
    from hanse import events as log

    for line in log.dead_letters(data=data, url=url, consumer=consumer):
        click.echo(line)


@dead.command("replay")
@data_option
@url_option
@consumer_option
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.argument("event_id", metavar="[ID]", required=False)
def dead_replay(data: Path, url: str | None, consumer: str | None, every: bool, event_id: str | None) -> None:
    """Deliver dead letters to their consumers again: the event ID's, or all."""
    from hanse import events as log

    for line in log.replay(data=data, url=url, consumer=consumer, event_id=event_id, every=every):
        click.echo(line)


@main.group()
def migrate() -> None:
    """The tables of the subgraphs' databases. `up` is done at every start too."""


@migrate.command("up")
@data_option
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def migrate_up(data: Path, names: tuple[str, ...]) -> None:
    """Bring databases up to their newest revision."""
    from hanse import migrate as migrations

    migrations.migrate_up(data=data, names=names)


@migrate.command("down")
@data_option
@click.argument("name", metavar="SUBGRAPH")
@click.argument("revision")
def migrate_down(data: Path, name: str, revision: str) -> None:
    """Bring one database down to REVISION; `base` empties it."""
    from hanse import migrate as migrations

    migrations.migrate_down(data=data, name=name, revision=revision)


@migrate.command("status")
@data_option
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def migrate_status(data: Path, names: tuple[str, ...]) -> None:
    """Print where databases stand, and what is pending."""
    from hanse import migrate as migrations

    migrations.migration_status(data=data, names=names)


@migrate.command("check")
@click.argument("names", metavar="[SUBGRAPH]...", nargs=-1)
def migrate_check(names: tuple[str, ...]) -> None:
    """Compare models with migrations; exit 1 when they differ."""
    from hanse import migrate as migrations

    migrations.check_migrations(names=names)


@migrate.command("new")
@click.argument("name", metavar="SUBGRAPH")
@click.argument("title")
def migrate_new(name: str, title: str) -> None:
    """Write a new revision, with what the models have and the migrations lack."""
    from hanse import migrate as migrations

    click.echo(f"written: {migrations.new_migration(name=name, title=title)}")


@main.command()
@data_option
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1), help="So many times as much of all.")
def demo(data: Path, seed: int, scale: int) -> None:
    """Fill empty databases with a week of 50 users, 200 products with pictures, tasks and payments.

    Times are counted back from now. Stop the platform first.
    """
    from hanse.demo import run_demo

    run_demo(data=data, seed=seed, scale=scale)


@main.command()
@data_option
@port_option(4000)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(data: Path, port: int, as_json: bool) -> None:
    """Check that this machine can run the platform, and say what to do where it cannot.

    Servers that the environment names (HANSE_USERS_DATABASE_URL and the like) are asked whether they answer.
    """
    from hanse.doctor import examine

    findings = examine(data=data, port=port)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
    if not all(finding.ok for finding in findings):
        raise Failure("something above needs attention")


if __name__ == "__main__":
    main()
