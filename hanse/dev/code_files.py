"""Which files in a folder are code of its subgraphs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = {"node_modules", "__pycache__", "venv", "dist", "build"}  # folders without code of subgraphs


def python_files(folder: Path, tests: Path) -> Iterator[Path]:
    """The Python files below a folder, without tests and hidden folders."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _has_code(name) and Path(parent, name) != tests]
        yield from (Path(parent, name) for name in files if name.endswith(".py"))


def is_code_in(path: Path, folder: Path) -> bool:
    """Whether a file is below a folder, and not in a hidden folder or one of installed packages there."""
    return path.is_relative_to(folder) and all(_has_code(name) for name in path.relative_to(folder).parts[:-1])


def _has_code(folder: str) -> bool:
    return not folder.startswith(".") and folder not in SKIPPED
