"""All routes of the pages."""

from __future__ import annotations

from fastapi import APIRouter

from hanse.registry.pages.audit import audit
from hanse.registry.pages.checks import checks
from hanse.registry.pages.graphs import graphs
from hanse.registry.pages.operations import operations
from hanse.registry.pages.sign_in import sign_in
from hanse.registry.pages.types import types
from hanse.registry.pages.versions import versions

pages = APIRouter(include_in_schema=False)
for part in (sign_in, graphs, types, versions, checks, operations, audit):
    pages.include_router(part)
