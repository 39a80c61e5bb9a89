"""The command line: the commands of `hanse`, and those that the project's subgraphs add."""

from __future__ import annotations

from typing import Any

import click

from hanse.commands import completion, dev, events, machine, migrate, registry, run, scaffold, schema
from hanse.extras import missing_extra
from hanse.project import Project, find_project
from hanse_wire.command_line import CommandError
from hanse_wire.settings import SettingsError

COMMANDS: tuple[click.Command, ...] = (
    dev.dev,
    run.up,
    run.router,
    run.subgraph,
    run.relay,
    run.consumer,
    schema.compose,
    schema.plan,
    schema.schema,
    migrate.migrate,
    events.events,
    scaffold.init,
    scaffold.add,
    machine.demo,
    machine.doctor,
    registry.registry,
    completion.completion,
)


class Hanse(click.Group):
    """The commands above, and those of the project of the working directory."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands. A project that cannot be read adds none."""
        try:
            return [*super().list_commands(ctx), *sorted(_declared(find_project()))]
        except (CommandError, ImportError):
            return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command; None when there is none. Raises CommandError when the project cannot be read."""
        if (command := super().get_command(ctx, name)) is not None:
            return command
        try:
            project = find_project()
        except CommandError:
            return None  # outside of a project
        make = _declared(project).get(name)
        return None if make is None else make(project.platform())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Errors of settings and missing extras become one line."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if (needed := missing_extra(error, f"hanse {ctx.invoked_subcommand}", ctx.invoked_subcommand)) is None:
                raise
            raise CommandError(needed) from error
        except SettingsError as error:
            raise CommandError(str(error)) from error


def _declared(project: Project) -> dict[str, Any]:
    """The commands that the project's subgraphs declare, by name."""
    return {name: make for subgraph in project.subgraphs.values() for name, make in subgraph.declared.commands.items()}


@click.group(
    cls=Hanse,
    commands={str(command.name): command for command in COMMANDS},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="hanse")
def main() -> None:
    """Hanse: a federated GraphQL platform in Python."""
    from hanse_wire.logging import configure_logging

    configure_logging()


if __name__ == "__main__":
    main()
