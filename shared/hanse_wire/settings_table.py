"""The table of settings in the documentation, made from the settings themselves.

`python -m hanse_wire.settings_table FILE` writes each table between its marks in a Markdown file:
`<!-- settings package.module:Class -->` before it, and `<!-- end of settings -->` after it.
"""

from __future__ import annotations

import re
import sys
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from hanse_wire.settings import as_model, leaves

_TABLE = re.compile(
    r"(<!-- settings ([\w.]+):(\w+)(?: beyond ([\w.]+):(\w+))? -->\n).*?(<!-- end of settings -->)", re.S
)


def settings_table(model: type[BaseModel], beyond: type[BaseModel] | None = None) -> str:
    """A Markdown table: each setting's name, default and meaning; for maps, the settings of their entries.

    With `beyond`, only the settings that this model does not have.
    """
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    rows += _rows(model, "", frozenset(beyond.model_fields) if beyond else frozenset())
    return "\n".join(rows)


def with_tables(text: str) -> str:
    """A Markdown text with all its tables of settings made anew."""

    def table(match: re.Match[str]) -> str:
        beyond = _model(match[4], match[5]) if match[4] else None
        return f"{match[1]}{settings_table(_model(match[2], match[3]), beyond)}\n{match[6]}"

    return _TABLE.sub(table, text)


def _model(module: str, name: str) -> type[BaseModel]:
    found: type[BaseModel] = getattr(import_module(module), name)
    return found


def _rows(model: type[BaseModel], prefix: str, without: frozenset[str] = frozenset()) -> list[str]:
    rows = []
    for key, (holder, name) in leaves(model, prefix):
        if key in without:
            continue
        field = holder.model_fields[name]
        default = field.get_default(call_default_factory=True)
        shown = "required" if default is PydanticUndefined else f"`{_yaml(default)}`"
        rows.append(f"| `{key}` | {shown} | {_cell(field.description or '')} |")
        if typing.get_origin(field.annotation) is dict:
            entry = as_model(typing.get_args(field.annotation)[1])
            rows += _rows(entry, f"{key}.<name>.") if entry is not None else []
        elif (entry := _entry(field.annotation)) is not None:
            rows += _rows(entry, f"{key}[].")
        elif (section := as_model(field.annotation)) is not None:
            rows += _rows(section, f"{key}.")
    return rows


def _entry(annotation: Any) -> type[BaseModel] | None:
    """The model of a list's entries; None for what is no list, and for a list of plain values."""
    return as_model(typing.get_args(annotation)[0]) if typing.get_origin(annotation) is tuple else None


def _yaml(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, SecretStr):
        return '""' if not value.get_secret_value() else "(secret)"
    if value is None:
        return "null"
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True)
    plain = list(value) if isinstance(value, tuple) else value
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).strip().removesuffix("...").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(path: Path) -> None:
    """Make the tables of a file anew."""
    path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(Path(argument))
