"""The pages of codes list exactly the codes that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import DirectiveLocation

from tests.docs.pages import DOCS, ROOT

_CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)+")
ROW = r"^\| (`[^|]*)\|"
_LISTED = re.compile(r"`([A-Z][A-Z0-9_]+)`")


CHECKS = ROOT / "schema" / "hanse_schema" / "checks"


def strings(folder: Path, without: Path | None = None) -> Iterator[str]:
    """All string constants in a file or in the code of a folder, except those in a folder below it."""
    for path in [folder] if folder.is_file() else folder.rglob("*.py"):
        if without is not None and path.is_relative_to(without):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def codes(folder: Path, without: Path | None = None) -> set[str]:
    locations = {location.name for location in DirectiveLocation}
    return {text for text in strings(folder, without) if _CODE.fullmatch(text)} - locations


def rows(page: str) -> set[str]:
    """The codes in the first column of the tables of a page."""
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    return {code for line in re.findall(ROW, text, re.M) for code in _LISTED.findall(line)}


def test_composition_codes() -> None:
    assert rows("composition-errors.md") == codes(ROOT / "schema" / "hanse_schema", without=CHECKS)


def test_codes_of_schema_checks() -> None:
    places = [CHECKS / "requirements", CHECKS / "event_schemas", CHECKS / "ownership.py", ROOT / "hanse" / "checks"]
    assert rows("check-codes.md") == set().union(*map(codes, places))


def test_error_codes_of_router_and_subgraphs() -> None:
    listed = rows("errors.md")
    folders = [ROOT / "router" / "hanse_router", ROOT / "shared", ROOT / "subgraphs", ROOT / "hanse"]
    known = set().union(*(codes(folder) for folder in folders))
    assert listed - known - SINGLE_WORDS == set(), "codes that no code has"
    declared = set().union(*(error_codes(folder) for folder in folders))
    assert declared - listed == set(), "codes that are not listed"


SINGLE_WORDS = {"FORBIDDEN", "CONFLICT", "UNAUTHENTICATED"}


def error_codes(folder: Path) -> set[str]:
    """The codes of error classes: `code = "..."` in a class body, and `code="..."` in calls."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                for statement in node.body:
                    if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
                        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                        if any(isinstance(one, ast.Name) and one.id == "code" for one in targets):
                            found.add(str(statement.value.value))
            elif isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        found.add(str(keyword.value.value))
    return {code for code in found if code.isupper()}
