"""Imported by the process that those of subgraphs are forked from: the kit and its libraries, once for all."""

from __future__ import annotations

import alembic.command  # noqa: F401
import sqlmodel  # noqa: F401

import hanse.project  # noqa: F401
import hanse_subgraph.http  # noqa: F401
