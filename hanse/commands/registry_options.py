"""Options of commands that use a store of the registry."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from hanse_wire.command_line import CommandError

Command = Callable[..., Any]

variant_option = click.option("--variant", default="production", show_default=True, help="Variant of the graph.")
branch_option = click.option("--branch", help="Feature branch of the variant.")
base_option = click.option(
    "--base", type=click.IntRange(0), help="Version that the change was made for; it fails when there is a newer one."
)
registry_option = click.option(
    "--registry",
    envvar="HANSE_REGISTRY",
    help="Folder, or URL of a server. Default: that of the project, schema/published.",
)
graph_option = click.option(
    "--graph", default="main", show_default=True, envvar="HANSE_GRAPH", help="Graph on a server; a folder has one."
)


def store_options(command: Command) -> Command:
    """`--registry` and `--graph`; the command gets the opened `store`. Errors of the store become one line."""

    @registry_option
    @graph_option
    @functools.wraps(command)
    def with_store(*args: Any, registry: str | None, graph: str, **options: Any) -> Any:
        from hanse.registry.open import open_store

        with registry_errors():
            return command(*args, store=open_store(registry, graph), **options)

    return with_store


def author_options(command: Command) -> Command:
    """`--who` and `--commit`; the command gets an `author`."""

    @click.option("--who", help="Who makes the change. Default: git's user.name. A server records the API key's name.")
    @click.option("--commit", help="Commit of the change. Default: that of the CI job, or of the checkout.")
    @functools.wraps(command)
    def with_author(*args: Any, who: str | None, commit: str | None, **options: Any) -> Any:
        from hanse.registry.author import current_author

        return command(*args, author=current_author(who=who, commit=commit), **options)

    return with_author


@contextmanager
def registry_errors() -> Iterator[None]:
    """Raises CommandError for errors of the registry; diagnostics of a composition go to stderr, one a line."""
    from hanse.registry.errors import CompositionFailed, RegistryError

    try:
        yield
    except CompositionFailed as error:
        for diagnostic in error.diagnostics:
            click.echo(str(diagnostic), err=True)
        raise CommandError("the subgraphs do not compose, and nothing was written") from error
    except RegistryError as error:
        raise CommandError(f"{error} [{error.code}]") from error
