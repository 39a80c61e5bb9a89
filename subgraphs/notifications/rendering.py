"""Renders templates: a file per language and kind, the subject in its first line. The HTML is made from the text."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from subgraphs.notifications.models import Kind, Language
from subgraphs.notifications.plain_text import plain_text

FOLDER = Path(__file__).parent / "templates"
MAX_VALUE, MAX_SUBJECT = 200, 200  # characters


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered message."""

    subject: str
    text: str
    html: str


def render(kind: Kind, language: str, values: Mapping[str, str], *, link: str = "", text: str = "") -> Rendered:
    """Render the message of a kind in a language.

    Values are plain text of one line: they cannot inject links, HTML or headers. `link` is the only link of a message,
    `text` is the text of one that an admin wrote.
    """
    subject_template, body_template = _template(kind, Language(language))
    plain = {name: plain_text(value, MAX_VALUE) for name, value in values.items()}
    subject = plain_text(subject_template.substitute(plain), MAX_SUBJECT)
    text = body_template.substitute(plain, link=link, text=text).strip() + "\n"
    paragraphs = "\n      ".join(_paragraph(block, link) for block in text.strip().split("\n\n"))
    page = _layout().substitute(language=language, subject=html.escape(subject), paragraphs=paragraphs)
    return Rendered(subject, text, page)


def _paragraph(block: str, link: str) -> str:
    safe, address = html.escape(block).replace("\n", "<br>"), html.escape(link)
    if address:
        safe = safe.replace(address, f'<a href="{address}">{address}</a>')
    return f"<p>{safe}</p>"


@cache
def _template(kind: Kind, language: Language) -> tuple[Template, Template]:
    subject, _, body = (FOLDER / language.value / f"{kind.value}.txt").read_text(encoding="utf-8").partition("\n")
    return Template(subject), Template(body)


@cache
def _layout() -> Template:
    return Template((FOLDER / "layout.html").read_text(encoding="utf-8"))
