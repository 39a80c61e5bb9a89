"""DESCRIPTION_COMMENT: documentation is a description, not a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import Token

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.lint.descriptions import described
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level

_CODE = re.compile(
    r"[{}@]|^\s*\w+\s*(\(.*\))?:\s*\[?[A-Z]\w*|^\s*(extend|type|input|enum|union|scalar|interface)\s+\w+\s*$"
)
_TOOL = re.compile(r"\s*(hanse-ignore|eslint|prettier|import\b|-{3}|={3}|#)")


def _is_documentation(block: list[Token]) -> bool:
    texts = [token.value or "" for token in block]
    return any(map(str.strip, texts)) and not any(_CODE.search(text) or _TOOL.match(text) for text in texts)


def _as_description(sdl: str, block: list[Token]) -> tuple[TextEdit, ...]:
    """The edits that make comments a block string: the signs go, the quotes come, line breaks and indents stay."""
    texts = [(token.value or "").strip().replace('"""', '\\"""') for token in block]
    first, last = block[0], block[-1]
    if first is last:
        return (TextEdit(first.start, first.end, f'"""{texts[0]}"""'),) if _fits(texts[0]) else ()
    line_start = max(sdl.rfind("\n", 0, first.start), sdl.rfind("\r", 0, first.start)) + 1
    indent = sdl[line_start : first.start]
    line_end = sdl[first.end : block[1].start].removesuffix(indent) or "\n"
    lines = [TextEdit(token.start, token.end, text) for token, text in zip(block, texts, strict=True)]
    opening = TextEdit(first.start, first.end, f'"""{line_end}{indent}{texts[0]}')
    closing = TextEdit(last.start, last.end, f'{texts[-1]}{line_end}{indent}"""')
    return (opening, *lines[1:-1], closing)


def _fits(text: str) -> bool:
    """Whether a text can be a block string on one line: its end is no part of the closing quotes."""
    return not text.endswith(('"', chr(92)))


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each element that has a comment where its description should be."""
    for one in described(subject):
        block = subject.comments_above(one.element) if one.description is None else []
        if block and _is_documentation(block):
            yield Problem(
                one.coordinate,
                one.element,
                f"`{one.coordinate}` is described by a comment: make it a description.",
                comment=block[0],
                edits=_as_description(subject.sdl, block),
            )


RULE = Rule(
    code="DESCRIPTION_COMMENT",
    category=Category.DESCRIPTIONS,
    level=Level.WARNING,
    summary="Documentation is a description, not a comment.",
    explanation=(
        "Clients and tools see descriptions; comments are lost when the schema is composed. A comment "
        "directly above an element without a description is taken for one, unless it looks like SDL that "
        "is commented out."
    ),
    check=check,
    options=Options,
    fixes="Make the comment a description.",
)
