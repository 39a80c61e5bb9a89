"""The table of settings in the documentation, made from the settings themselves.

`python -m router.settings_table docs/reference/router.md` writes it between the marks there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from hanse_router import settings
from hanse_router.settings import RouterSettings
from hanse_router.settings_errors import leaves

MARK = "<!-- settings -->"


def settings_table() -> str:
    """A Markdown table: each setting's name, default and meaning; for maps, the settings of their entries."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    rows += _rows(RouterSettings, "")
    return "\n".join(rows)


def _rows(model: type[BaseModel], prefix: str) -> list[str]:
    rows = []
    for key, (holder, name) in leaves(model, prefix):
        field = holder.model_fields[name]
        default = field.get_default(call_default_factory=True)
        shown = "required" if default is PydanticUndefined else f"`{_yaml(default)}`"
        rows.append(f"| `{key}` | {shown} | {_cell(field.description or '')} |")
        entry = re.search(r"^dict\[str, .*\.(\w+)\]$|^(\w+) \| None$", _annotation(field.annotation))
        if entry is not None and (below := _ENTRIES.get(entry[1] or entry[2])) is not None:
            rows += _rows(below, f"{key}.<name>." if entry[1] else f"{key}.")
    return rows


def _annotation(annotation: Any) -> str:
    text = str(annotation)
    return re.sub(r"^[\w.]*\.(\w+ \| None)$", r"\1", text)


def _yaml(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    if value is None:
        return "null"
    plain = list(value) if isinstance(value, tuple) else value
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).strip().removesuffix("...").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _entries() -> dict[str, type[BaseModel]]:
    found = vars(settings).items()
    return {name: value for name, value in found if isinstance(value, type) and issubclass(value, BaseModel)}


_ENTRIES = _entries()


def main(path: Path) -> None:
    """Write the table into the file."""
    before, _, after = path.read_text(encoding="utf-8").split(MARK)
    path.write_text(f"{before}{MARK}\n{settings_table()}\n{MARK}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
