"""Edits of a text keep all that they do not name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_schema.checks.edits import Lines, TextEdit, apply_edits, apply_text_edits, removal
from hanse_schema.checks.report import Edit


@given(st.text(alphabet="ab\r\n", max_size=30), st.data())
def test_offsets_and_positions_are_inverse(text: str, data: st.DataObject) -> None:
    lines = Lines(text)
    offset = data.draw(st.integers(0, len(text)))
    assert lines.offset(lines.position(offset)) == offset
    edit = TextEdit(offset, len(text), "x")
    assert apply_edits(text, [lines.located("f", edit)]) == text[:offset] + "x"


@pytest.mark.parametrize("position", [(0, 1), (3, 1), (1, 0), (2, 9)])
def test_a_position_outside_of_the_text_is_refused(position: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="the text has no line"):
        apply_edits("one\ntwo", [Edit("f", position, position, "")])


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap at offset 1"):
        apply_text_edits("abcd", [TextEdit(0, 2, "x"), TextEdit(1, 3, "y")])
    assert apply_text_edits("abcd", [TextEdit(2, 4, "y"), TextEdit(0, 2, "x")]) == "xy"


@pytest.mark.parametrize(
    ("text", "removed", "left"),
    [
        ("a\r\n  X\r\nb", "X", "a\r\nb"),
        ("a X\nb", "X", "a\nb"),
        ("X b", "X", " b"),
        ("a\n\nX\n\nb\n", "X", "a\n\nb\n"),
        ("a\nX\n\nb\n", "X", "a\n\nb\n"),
        ("X\n\nb\n", "X", "b\n"),
        ("a\n\nX", "X", "a\n\n"),
        ("X", "X", ""),
    ],
)
def test_a_removal_takes_the_lines_that_it_empties(text: str, removed: str, left: str) -> None:
    start = text.index(removed)
    assert apply_text_edits(text, [removal(text, start, start + len(removed))]) == left
