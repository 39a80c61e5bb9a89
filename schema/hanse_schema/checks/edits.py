"""Edits of a text: from offsets to lines and columns, and their application."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from hanse_schema.checks.report import Edit

_BLANK_BEFORE = re.compile(r"(\r\n|\n|\r)(\r\n|\n|\r)\Z")
_LINE_END = re.compile(r"\r\n|\n|\r")  # GraphQL's line terminators


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """The characters from `start` to before `end` to replace by `text`. Offsets count from 0."""

    start: int
    end: int
    text: str = ""


class Lines:
    """The lines of a text, to convert between offsets and lines with columns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, position: tuple[int, int]) -> int:
        """The offset of a line and a column. Raises ValueError when the text has no such position."""
        line, column = position
        if not 1 <= line <= len(self._starts) or column < 1:
            raise ValueError(f"the text has no line {line}, column {column}")
        offset = self._starts[line - 1] + column - 1
        if offset > len(self.text):
            raise ValueError(f"the text has no line {line}, column {column}")
        return offset

    def located(self, file: str, edit: TextEdit) -> Edit:
        """The edit with lines and columns."""
        return Edit(file, self.position(edit.start), self.position(edit.end), edit.text)

    def text_edit(self, edit: Edit) -> TextEdit:
        """The edit with offsets. Raises ValueError when the text has no such position."""
        return TextEdit(self.offset(edit.start), self.offset(edit.end), edit.text)


def apply_text_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text after all edits. Raises ValueError when two overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits)):
        if edit.start < at:
            raise ValueError(f"edits overlap at offset {edit.start}")
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join([*parts, text[at:]])


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text of one file after all edits. Raises ValueError when two overlap or one is outside of the text."""
    lines = Lines(text)
    return apply_text_edits(text, map(lines.text_edit, edits))


def removal(text: str, start: int, end: int) -> TextEdit:
    """The edit that removes a range, with the blanks before it; its whole lines where nothing else is on them.

    Of the blank lines around removed lines, one is removed too.
    """
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    line_end, next_line = _line_end(text, end)
    if text[line_start:start].strip(" \t") or text[end:line_end].strip(" \t"):
        while start > line_start and text[start - 1] in " \t":
            start -= 1
        return TextEdit(start, end)
    blank_end, after_blank = _line_end(text, next_line)
    is_after_blank = line_start == 0 or _BLANK_BEFORE.search(text, max(0, line_start - 4), line_start) is not None
    if is_after_blank and not text[next_line:blank_end].strip(" \t"):
        next_line = after_blank
    return TextEdit(line_start, next_line)


def _line_end(text: str, offset: int) -> tuple[int, int]:
    """The end of the line of an offset, without and with its terminator."""
    found = _LINE_END.search(text, offset)
    return (len(text), len(text)) if found is None else found.span()
