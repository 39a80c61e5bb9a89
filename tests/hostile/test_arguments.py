"""Arguments that are longer than any honest one: BAD_USER_INPUT, in little time, before a resolver sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hostile.callers import REGISTER, harbour
from tests.hostile.probe import no_stall

WORDS = " ".join(["rope"] * 20_000)
LONG = "x" * 900_000
NEW = {"username": "eve", "email": f"{LONG}@example.org", "password": "the-keel-is-laid-2026"}
FILTER = "query ($filter: TaskFilterInput) { myTasks(filter: $filter) { totalCount } }"
CREATE = "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }"

HOSTILE: dict[str, tuple[str, dict[str, Any], str]] = {
    "a search of 20,000 words": (
        "query ($search: String) { products(search: $search) { nodes { id } } }",
        {"search": WORDS},
        "search",
    ),
    "an email address of 900 KB": (REGISTER, {"input": NEW}, "email"),
    "a login of 900 KB": (
        "mutation ($login: String!) { login(login: $login, password: $login) { accessToken } }",
        {"login": LONG},
        "login",
    ),
    "an id of 900 KB": ("query ($id: ID!) { product(id: $id) { id } }", {"id": LONG}, "id"),
    "a cursor of 900 KB": (
        "query ($after: String) { products(after: $after) { totalCount } }",
        {"after": LONG},
        "after",
    ),
    "2,000 statuses": (FILTER, {"filter": {"status": ["TODO"] * 2_000}}, "filter.status"),
    "a tag of 900 KB": (
        CREATE,
        {"input": {"name": "Rope", "price": {"amountMinor": 1}, "tags": ["a", LONG]}},
        "tags.1",
    ),
}


@pytest.mark.timeout(120)
async def test_arguments_that_are_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with harbour(tmp_path, monkeypatch) as place:
        user = await place.registered("ada")
        for name, (operation, variables, argument) in HOSTILE.items():
            async with no_stall():
                response = await user.send(operation, **variables)
            assert len(response["errors"]) == 1, name
            [error] = response["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT", name
            assert [problem["name"] for problem in error["extensions"]["fields"]] == [argument], name
            assert len(str(error)) < 1_000, name
