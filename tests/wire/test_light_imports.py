"""hanse_wire is light: its modules import no framework, and OpenTelemetry only where spans are made."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import hanse_wire

HEAVY = ("fastapi", "starlette", "strawberry", "sqlalchemy", "opentelemetry", "aiohttp", "graphql")
MODULES = sorted(module.name for module in pkgutil.iter_modules(hanse_wire.__path__))


@pytest.mark.parametrize("name", [name for name in MODULES if name != "spans"])
def test_a_module_imports_nothing_heavy(name: str) -> None:
    code = f"import sys, hanse_wire.{name}; print(*[heavy for heavy in {HEAVY!r} if heavy in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert run.stdout.split() == []
