"""`hanse completion`: the script that lets a shell complete commands, options and files."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_HANSE_COMPLETE"  # in which the script asks `hanse` for completions


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a completion script for SHELL.

    \b
    bash: eval "$(hanse completion bash)" in ~/.bashrc
    zsh:  eval "$(hanse completion zsh)" in ~/.zshrc
    fish: hanse completion fish > ~/.config/fish/completions/hanse.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click has all three
    click.echo(kind(context.find_root().command, {}, "hanse", VARIABLE).source())
