"""`hanse users create-admin` and `hanse keys rotate`, on a folder of files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.project import SUBGRAPHS
from hanse.cli import main
from subgraphs.users import repository
from subgraphs.users.keys import SigningKeys
from subgraphs.users.models import User

ADMIN = ("--email", "vera@example.org", "--username", "vera")
PASSWORD = "a-long-quiet-harbour"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_USERS_ARGON2_MEMORY_KIB", "64")
    monkeypatch.setenv("HANSE_USERS_ARGON2_TIME_COST", "1")
    monkeypatch.delenv("HANSE_ADMIN_PASSWORD", raising=False)


def create_admin(data: Path, *options: str, given: str | None = f"{PASSWORD}\n", env: str | None = None) -> Result:
    command = ["users", "create-admin", "--data", str(data), *ADMIN, *options]
    return CliRunner().invoke(main, command, input=given, env={"HANSE_ADMIN_PASSWORD": env} if env else None)


async def found(data: Path, username: str) -> User | None:
    app = SUBGRAPHS["users"].create({"data_dir": data})
    try:
        async with app.database.reading() as session:
            return await repository.user_by_username(session, username)
    finally:
        await app.database.close()


def test_an_admin_is_made_in_an_empty_folder(tmp_path: Path) -> None:
    made = create_admin(tmp_path, "--first-name", "Vera")
    assert made.exit_code == 0, made.output
    user = asyncio.run(found(tmp_path, "vera"))
    assert user is not None
    assert made.output == f"admin vera: {user.id}\n"
    assert (user.role, user.email, user.first_name) == ("admin", "vera@example.org", "Vera")
    assert user.email_verified_at is not None
    assert user.password_hash.startswith("$argon2id$")


def test_the_password_is_in_the_environment_or_on_stdin(tmp_path: Path) -> None:
    assert create_admin(tmp_path, given="", env=PASSWORD).exit_code == 0
    none = create_admin(tmp_path, given="")
    assert none.exit_code == 2
    assert "HANSE_ADMIN_PASSWORD" in none.stderr
    assert create_admin(tmp_path, "--password", PASSWORD).exit_code == 2, "never on the command line"


def test_what_is_wrong_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    weak = create_admin(tmp_path, given="vera-1234\n")
    assert weak.exit_code == 1
    assert "password" in weak.stderr
    assert not asyncio.run(anybody(tmp_path))
    assert create_admin(tmp_path).exit_code == 0
    again = create_admin(tmp_path)
    assert again.exit_code == 1
    assert "email is already taken." in again.stderr


async def anybody(data: Path) -> bool:
    return (data / "users.sqlite").exists() and await found(data, "vera") is not None


def test_keys_rotate_with_two_living_at_once(tmp_path: Path) -> None:
    def rotate() -> list[str]:
        done = CliRunner().invoke(main, ["keys", "rotate", "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return [line.partition(": ")[2] for line in done.output.splitlines()]

    first, second = rotate(), rotate()
    assert len(second) == 2
    assert second[1] == first[0], "the one before is still good"
    third = rotate()
    assert len(third) == 2
    assert third[1] == second[0]
    keys = SigningKeys(tmp_path / "keys" / "users-signing.json")
    keys.open()
    assert keys.ids == third
