"""This repository's platform, as a project."""

from __future__ import annotations

from pathlib import Path

from hanse.project import find_project

PROJECT = find_project(Path(__file__).parent)
SUBGRAPHS = PROJECT.subgraphs
