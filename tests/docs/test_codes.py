"""The pages of codes list exactly the codes that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import DirectiveLocation

from tests.docs.pages import DOCS, ROOT
from tests.schema.subgraph.case_files import all_cases

_CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)+")
ROW = r"^\| (`[^|]*)\|"
_LISTED = re.compile(r"`([A-Z][A-Z0-9_]+)`")
# A code in capitals with a part that is put in, or an end to which one is added.
_BUILT = re.compile(r"(?=.*[A-Z]{3})(?=.*(?:\{\}|%s|^_|_$))(?:[A-Z0-9_]|\{\}|%s)+")

SCHEMA = ROOT / "schema" / "hanse_schema"
CHECKS = SCHEMA / "checks"


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


def built_codes(folder: Path) -> Iterator[str]:
    """The parts of codes in f-strings, concatenations and formats, with `{}` for what is put in."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts: list[str] = []
            if isinstance(node, ast.JoinedStr):
                texts = ["".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)]
            elif isinstance(node, ast.BinOp):
                sides = (side.value for side in (node.left, node.right) if isinstance(side, ast.Constant))
                texts = [side for side in sides if isinstance(side, str)]
            yield from (text for text in texts if _BUILT.fullmatch(text))


def rows(page: str) -> set[str]:
    """The codes in the first column of the tables of a page."""
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    return {code for line in re.findall(ROW, text, re.M) for code in _LISTED.findall(line)}


def test_composition_codes() -> None:
    assert rows("composition-errors.md") == codes(SCHEMA, without=CHECKS)


def test_composition_codes_are_constants() -> None:
    """The test above sees only whole strings, so no code is built from parts."""
    assert list(built_codes(SCHEMA)) == []


def test_composition_codes_of_all_cases_are_listed() -> None:
    found = {error.split()[0] for case in all_cases().values() for error in case.errors}
    assert len(found) > 40
    assert found - rows("composition-errors.md") == set()


def test_a_code_that_is_built_is_found(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text('code = f"{name}_INVALID"; other = "KEY_" + name; third = "%s_USED" % name\n')
    assert sorted(built_codes(tmp_path)) == ["%s_USED", "KEY_", "{}_INVALID"]


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
