"""`hanse registry`: the registry's server, its API keys and its signing key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hanse.commands.options import FILE, drain_option, host_option, port_option
from hanse_wire.command_line import CommandUsageError, data_option, json_option, print_json

if TYPE_CHECKING:
    from hanse.registry.server.keys import ApiKey
    from hanse.registry.store import AuditEntry

SCOPES = ("read", "publish", "check", "approve", "report", "metrics", "admin")

database_option = click.option(
    "--database",
    envvar="HANSE_REGISTRY_DATABASE_URL",
    help="sqlite+aiosqlite:///FILE or postgresql+asyncpg://... Default: registry.sqlite in the data folder.",
)
who_option = click.option("--who", help="Who does it, for the audit. Default: git's user.name, or the user's name.")


@click.group(invoke_without_command=True)
@host_option
@port_option(4100)
@data_option
@database_option
@drain_option
@click.pass_context
def registry(context: click.Context, host: str, port: int, data: Path, database: str | None, drain: float) -> None:
    """Run the server of the schema registry. Its settings are environment variables: HANSE_REGISTRY_..."""
    if context.invoked_subcommand is not None:
        return
    from hanse.registry.server.run import load_settings, run_registry

    run_registry(load_settings(data=data, database=database), host=host, port=port, drain=drain)


@registry.group()
def keys() -> None:
    """API keys, and the key that signs supergraphs."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--graph", "graphs", multiple=True, help="Graph that it is for; may be repeated. Default: all.")
@click.option(
    "--subgraph", "subgraphs", multiple=True, help="Subgraph that it may publish; may be repeated. Default: all."
)
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires. Default: never.")
@who_option
@data_option
@database_option
@json_option
def create(
    name: str,
    *,
    scopes: tuple[str, ...],
    graphs: tuple[str, ...],
    subgraphs: tuple[str, ...],
    days: int | None,
    who: str | None,
    data: Path,
    database: str | None,
    as_json: bool,
) -> None:
    """Create the API key NAME, and print it. It is shown only now; the database has a hash of it."""
    from datetime import timedelta

    from hanse.registry.author import current_user
    from hanse.registry.server.keys import ApiKey, create_key, scopes_of
    from hanse.registry.server.run import load_settings, with_session
    from hanse_subgraph.clock import utc_now

    now = utc_now()
    key = ApiKey(
        id="",
        name=name,
        scopes=scopes_of(scopes),
        graphs=frozenset(graphs),
        subgraphs=frozenset(subgraphs),
        created_at=now,
        expires_at=now + timedelta(days=days) if days is not None else None,
    )
    by = current_user(who)
    settings = load_settings(data=data, database=database)
    secret = with_session(settings, lambda session: create_key(session, key, by=by))
    if as_json:
        print_json({"name": name, "key": secret})
    else:
        click.echo(secret)


@keys.command("list")
@data_option
@database_option
@json_option
def list_(data: Path, database: str | None, as_json: bool) -> None:
    """List the API keys, without their secrets."""
    from hanse.registry.server.keys import list_keys
    from hanse.registry.server.run import load_settings, with_session

    found = with_session(load_settings(data=data, database=database), list_keys)
    if as_json:
        print_json([_key_json(key) for key in found])
        return
    for key in found:
        click.echo(f"{key.name}: {key}")


@keys.command()
@click.argument("name")
@who_option
@data_option
@database_option
def revoke(name: str, who: str | None, data: Path, database: str | None) -> None:
    """Revoke the API key NAME, from now on."""
    from hanse.registry.author import current_user
    from hanse.registry.server.keys import revoke_key
    from hanse.registry.server.run import load_settings, with_session
    from hanse_subgraph.clock import utc_now

    now, by = utc_now(), current_user(who)
    settings = load_settings(data=data, database=database)
    with_session(settings, lambda session: revoke_key(session, name, now, by=by))
    click.echo(f"revoked {name}")


@registry.command()
@click.option("--graph", help="Graph whose entries are listed. Default: those of API keys, which concern all graphs.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Number of entries.")
@data_option
@database_option
@json_option
def audit(graph: str | None, limit: int, data: Path, database: str | None, as_json: bool) -> None:
    """List who did what, the newest first."""
    from hanse.registry.server import repository
    from hanse.registry.server.keys import SERVER
    from hanse.registry.server.run import load_settings, with_session

    settings = load_settings(data=data, database=database)
    found = with_session(settings, lambda session: repository.audit(session, graph or SERVER, limit=limit))
    if as_json:
        print_json([_entry_json(entry) for entry in found])
        return
    for entry in found:
        detail = f": {entry.detail}" if entry.detail else ""
        click.echo(f"{entry.when:%F %T} {entry.who} {entry.action} {entry.subject}{detail}")


@keys.group()
def signing() -> None:
    """The key that signs supergraphs."""


@signing.command("create")
@click.option("--output", required=True, type=FILE, help="File of the private key, for the registry.")
@click.option("--public", required=True, type=FILE, help="JWK set for routers; the public key is added to it.")
def create_signing(output: Path, public: Path) -> None:
    """Write a pair of keys. The private one can be read by its owner only."""
    from hanse.registry.signing_files import create_signing_files

    if output.exists():
        raise CommandUsageError(f"{output} exists: give another file, or delete it")
    create_signing_files(private=output, public=public)
    click.echo(f"written: {output} (set HANSE_REGISTRY_SIGNING_KEY_FILE), {public} (for routers)")


def _entry_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "who": entry.who,
        "when": entry.when.isoformat(),
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def _key_json(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "graphs": sorted(key.graphs),
        "subgraphs": sorted(key.subgraphs),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }
