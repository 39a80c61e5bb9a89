"""`hanse users create-admin` and `hanse keys rotate`: what has to be done from outside the graph."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from hanse.data_folder import open_data_folder
from hanse.failures import Failure, UsageFailure
from hanse_subgraph.config import ConfigError
from hanse_subgraph.errors import ClientError
from subgraphs.users.first_admin import make_admin
from subgraphs.users.keys import SigningKeys
from subgraphs.users.service.accounts import NewUser
from subgraphs.users.settings import UsersSettings

PASSWORD_VARIABLE = "HANSE_ADMIN_PASSWORD"


def create_admin(*, data: Path, email: str, username: str, first_name: str | None, last_name: str | None) -> str:
    """Make an admin's account: its id. Raises Failure where folder, setting, or what is given of the admin is wrong."""
    folder = open_data_folder(data)
    new = NewUser(email, username, read_password(), first_name, last_name)
    try:
        return asyncio.run(make_admin(UsersSettings.load(data_dir=folder), new)).id
    except (ConfigError, ClientError) as error:
        raise Failure(f"{error}; nothing was made") from error


def read_password() -> str:
    """The password: from the environment, else asked for twice, else the first line of stdin.

    Never from the command line, which every process of the machine can read. Raises Failure where there is none.
    """
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if line := sys.stdin.readline().rstrip("\r\n"):
        return line
    raise UsageFailure(f"no password: set {PASSWORD_VARIABLE}, or give it as the first line of stdin")


def rotate_keys(data: Path) -> list[str]:
    """Sign access tokens with a new key from now on: the ids of the living keys, the new one first. Raises Failure."""
    folder = open_data_folder(data)
    try:
        keys = SigningKeys(UsersSettings.load(data_dir=folder).signing_keys)
        keys.rotate()
    except ConfigError as error:
        raise Failure(str(error)) from error
    return keys.ids
