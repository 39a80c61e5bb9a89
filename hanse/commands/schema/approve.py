"""`hanse schema approve`: lets a failed check pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hanse.commands.registry_options import author_options, store_options
from hanse_wire.command_line import json_option, print_json

if TYPE_CHECKING:
    from hanse.registry.store import Author, Store


@click.command()
@click.argument("check")
@click.option("--reason", required=True, help="Why the breaking changes are acceptable.")
@store_options
@author_options
@json_option
def approve(store: Store, author: Author, *, check: str, reason: str, as_json: bool) -> None:
    """Approve the errors of a check. The next check with the same errors passes.

    CHECK is the id that `hanse schema check` prints. The approval is recorded with who, when and why. Commit its
    file where the registry is a folder.
    """
    record = store.approve(check, reason, author)
    approval = record.approvals[-1]
    if as_json:
        when = approval.when.isoformat()
        print_json({"check": record.id, "who": approval.who, "when": when, "reason": approval.reason})
    else:
        click.echo(f"approved check {record.id} of {record.subgraph} as {approval.who}: {approval.reason}")
