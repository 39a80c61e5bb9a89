"""Fixtures of the tests of checks: the stores of the registry."""

from __future__ import annotations

from tests.hanse.registry.stores import open_store, registry, store

__all__ = ["open_store", "registry", "store"]
