"""Renders templates: a file per language and kind, the subject in its first line. The HTML is made from the text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from subgraphs.notifications.models import Kind, Language

FOLDER = Path(__file__).parent / "templates"
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered message."""

    subject: str
    text: str
    html: str


def render(kind: Kind, language: str, values: Mapping[str, str]) -> Rendered:
    """Render the message of a kind in a language. Values are escaped: they cannot inject HTML or headers."""
    subject_template, body_template = _template(kind, Language(language))
    subject = " ".join(subject_template.substitute(values).split())[:300]
    text = body_template.substitute(values).strip() + "\n"
    paragraphs = "\n      ".join(_paragraph(block) for block in text.strip().split("\n\n"))
    page = _layout().substitute(language=language, subject=html.escape(subject), paragraphs=paragraphs)
    return Rendered(subject, text, page)


def _paragraph(block: str) -> str:
    safe = html.escape(block).replace("\n", "<br>")
    return f"<p>{_LINK.sub(_anchor, safe)}</p>"


def _anchor(link: re.Match[str]) -> str:
    return f'<a href="{link[0]}">{link[0]}</a>'


@cache
def _template(kind: Kind, language: Language) -> tuple[Template, Template]:
    subject, _, body = (FOLDER / language.value / f"{kind.value}.txt").read_text(encoding="utf-8").partition("\n")
    return Template(subject), Template(body)


@cache
def _layout() -> Template:
    return Template((FOLDER / "layout.html").read_text(encoding="utf-8"))
