"""`hanse users create-admin` and `hanse keys rotate`: what is done outside of GraphQL."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from hanse_wire.command_line import (
    CommandError,
    CommandUsageError,
    data_option,
    existing_data_folder,
    json_option,
    open_data_folder,
    print_json,
)

PASSWORD_VARIABLE = "HANSE_ADMIN_PASSWORD"


@click.group()
def users() -> None:
    """User accounts."""


@users.command("create-admin")
@data_option
@click.option("--email", required=True, help="The admin's email address. It counts as verified.")
@click.option("--username", required=True, help="The name to sign in with; the email address works too.")
@click.option("--first-name", help="The first name.")
@click.option("--last-name", help="The last name.")
@json_option
def create_admin(
    data: Path, email: str, username: str, first_name: str | None, last_name: str | None, as_json: bool
) -> None:
    """Create the account of an admin.

    The password comes from HANSE_ADMIN_PASSWORD, from a prompt, or from the first line of stdin.
    """
    from hanse_subgraph.errors import ClientError
    from subgraphs.users.first_admin import make_admin
    from subgraphs.users.service.accounts import NewUser
    from subgraphs.users.settings import UsersSettings

    settings = UsersSettings.load(data_dir=open_data_folder(data))
    new = NewUser(email, username, read_password(), first_name, last_name)
    try:
        user = asyncio.run(make_admin(settings, new))
    except ClientError as error:
        raise CommandError(f"{error}; no account was created") from error
    if as_json:
        print_json({"id": user.id, "username": username})
    else:
        click.echo(f"admin {username}: {user.id}")


def read_password() -> str:
    """Read the password: from the environment, else from a prompt, else from the first line of stdin.

    It is not an option, because every process of the machine can read command lines. Raises CommandUsageError when
    there is none.
    """
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if line := sys.stdin.readline().rstrip("\r\n"):
        return line
    raise CommandUsageError(f"no password: set {PASSWORD_VARIABLE}, or give it as the first line of stdin")


@click.group()
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command()
@data_option
@json_option
def rotate(data: Path, as_json: bool) -> None:
    """Sign with a new key from now on. Tokens of the previous key stay valid; those of older keys do not.

    The platform may be running. Wait longer than the lifetime of an access token before the next rotation.
    """
    from subgraphs.users.keys import SigningKeys
    from subgraphs.users.settings import UsersSettings

    signing = SigningKeys(UsersSettings.load(data_dir=existing_data_folder(data)).signing_keys)
    signing.rotate()
    newest, *previous = signing.ids
    if as_json:
        print_json({"signing": newest, "valid": previous})
        return
    click.echo(f"signing key: {newest}")
    for key_id in previous:
        click.echo(f"still valid: {key_id}")
