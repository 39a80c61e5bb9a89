"""Plain words: texts use the standard technical term, and one term for one thing.

The test searches docstrings, comments, messages and names in Python files, descriptions in GraphQL and JSON files, and
the text of documents. `python -m tests.test_words PATH...` prints the findings of any file or folder.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "compose.yml",
    "conformance",
    "deploy",
    "docs",
    "hanse",
    "router/hanse_router",
    "schema/events",
    "schema/hanse_schema",
    "schema/published",
    "shared",
    "subgraphs",
)
CODE = ("hanse", "router", "schema", "shared", "subgraphs")
SUFFIXES = {".graphql", ".json", ".md", ".py", ".txt"}

# The words that are not used, as regular expressions that exclude their accepted senses, and what to write instead.
WORDS = {
    r"trouble": "error",
    r"(is|are|was|were|be|being) away": "unavailable",
    r"the most that|most that may|at the most": "maximum",
    r"under ?way": "in flight, in progress",
    r"(bury|buries|buried|burying)": "dead letter",
    r"lanes?": "partition",
    r"call(s|ed|ing)? [\w ]{0,20}\boff": "cancel",
    r"told|(is|are|be) (tell|telling)": "notified, described, returned",
    r"(?-i:stands?)(?! for| alone)": "is, exists",
    r"good no longer|no longer good|is good|are good": "valid, revoked, expired",
    r"left alone": "circuit open",
    r"looking(?! up)": "query, inspect",
    r"(is|are|was|were|be) asked(?! for| of)": "requested, queried",
    r"given back|gives? back": "returned, released",
    r"given up": "failed permanently",
    r"tried again": "retried",
    r"at once": "immediately, concurrently",
    r"for a while|a while": "a duration",
    r"now and (then|again)": "periodically",
    r"(can|could|may) be had": "is available",
    r"the verbs|business verbs": "mutations, services",
    r"the questions": "queries",
    r"what can be (asked|changed|done|watched|told)": "what the element is for",
    r"(?<!front )doors?": "server, entry point",
    r"whereabouts": "response path",
    r"mend(s|ed|ing)?": "repair, correct",
    r"somebody|anybody": "a user, a client",
    r"said": "message, description",
    r"how (it|you|he|she) stands?": "state, balance",
    r"who(m)? there (is|are)": "existing users",
    r"goes? astray|went astray|strays?": "orphaned",
    r"makes? nothing new": "idempotent",
    r"see above|see below": "nothing, or the text itself",
}
# Names that do not tell what they hold.
NAMES = {
    "said": "message",
    "told": "event, message",
    "asked": "request, key",
    "wish": "preference",
    "strays": "orphans",
    "wares": "products",
}
LIMIT = re.compile(r"^_?(most|least|largest|longest|shortest|fewest)(_(?!general|specific)|$)", re.IGNORECASE)
_WORDS = {re.compile(rf"\b(?:{word})\b", re.IGNORECASE): instead for word, instead in WORDS.items()}
_EMPTY_DOCSTRING = re.compile(r"See [A-Z]\w+\.$")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]+`")
# Descriptions name a thing; they do not ask a question about it.
_QUESTION = re.compile(r"(How|What|Who|Whose|Whom|Where|When|Why|Until when|From which|With which) [a-z]")
_WHEN = re.compile(r"When (it|the|they|its)\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """A word that is not used, and what to write instead."""

    file: Path
    line: int
    found: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.found!r}; write: {self.instead}"


def findings(path: Path) -> Iterator[Finding]:
    """The findings in a file, or in all checked files of a folder."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and file.suffix in SUFFIXES and not {"node_modules", ".venv"} & set(file.parts):
                yield from findings(file)
        return
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    for line, text in _texts(path):
        for word, instead in _WORDS.items():
            for match in word.finditer(text):
                yield Finding(shown, line + text[: match.start()].count("\n"), match[0], instead)
    for line, name in _names(path):
        if LIMIT.match(name):
            yield Finding(shown, line, name, "MAX_, MIN_, max, min")
        elif name in NAMES:
            yield Finding(shown, line, name, NAMES[name])


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of everything that is read by people."""
    content = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".py":
            yield from _python_texts(content)
        case ".graphql":
            yield from (
                (content[: found.start()].count("\n") + 1, found[1]) for found in _DESCRIPTION.finditer(content)
            )
        case ".json":
            yield from ((content[: found.start()].count("\n") + 1, found[1]) for found in _JSON_TEXT.finditer(content))
        case _:
            yield 1, _CODE.sub(lambda code: "\n" * code[0].count("\n"), content)


_DESCRIPTION = re.compile(r'"""(.*?)"""', re.DOTALL)
_JSON_TEXT = re.compile(r'"description": "((?:[^"\\]|\\.)*)"')


def _python_texts(content: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            text = node.value
            yield node.lineno, "See below" if _EMPTY_DOCSTRING.match(text) else text
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the name of each variable, argument, function and class that a Python file defines."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.arg():
                yield node.lineno, node.arg
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name


@pytest.mark.parametrize("root", CHECKED)
def test_texts_use_the_standard_words(root: str) -> None:
    assert (ROOT / root).exists()
    found = [str(finding) for finding in findings(ROOT / root)]
    assert not found, "\n" + "\n".join(found)


def test_descriptions_of_the_api_state_what_a_thing_is() -> None:
    api = (ROOT / "schema" / "published" / "api.graphql").read_text()
    described = [" ".join(found[1].split()) for found in _DESCRIPTION.finditer(api)]
    assert [text for text in described if _QUESTION.match(text) and not _WHEN.match(text)] == []
    assert [text for text in described if not text.endswith((".", ")"))] == []


def test_the_glossary_is_sorted_and_names_what_exists() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| (.+) \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)[1:]
    terms = [term.lower() for term, _ in rows]
    assert terms == sorted(set(terms))
    sources = [path for root in CODE for path in (ROOT / root).rglob("*.py")]
    defined = set(
        re.findall(r"^(?:class|(?:async )?def) (\w+)", "\n".join(p.read_text() for p in sources), re.MULTILINE)
    )
    named = {name for _, meaning in rows for name in re.findall(r"`([A-Z][a-z]+\w*)`", meaning)}
    assert named - defined == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# The store is away.", ["is away"]),
        ("# Retry right away, at most 3 times.", []),
        ('"""See Transport."""', ["See below"]),
        ("MOST_PARTS = 3", ["MOST_PARTS"]),
        ("print('Call the order off at once.')", ["Call the order off", "at once"]),
        ("# `JoinField` stands for a record.", []),
    ],
)
def test_what_is_found(tmp_path: Path, text: str, found: list[str]) -> None:
    file = tmp_path / "sample.py"
    file.write_text(text + "\n")
    assert sorted(finding.found for finding in findings(file)) == sorted(found)


if __name__ == "__main__":
    printed = [str(finding) for path in sys.argv[1:] for finding in findings(Path(path).resolve())]
    print("\n".join(printed) or "no findings")
    sys.exit(1 if printed else 0)
