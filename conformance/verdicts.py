"""Verdicts of our composer and of the oracles. The oracles' are cached on disk."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from conformance.oracles.client import FOLDER, OracleName, OracleProcess, Verdict
from hanse_schema.subgraph.model import SubgraphSource

GUILD_LATEST_MINOR = 9
"""The last Federation 2 version that the second oracle knows."""


class TooSlow(Exception):
    """Our composer exceeded its time limit."""


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Raise `TooSlow` in the block after `seconds` (main thread only)."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"no answer within {seconds} s")

    previous = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def ours(subgraphs: Sequence[SubgraphSource], seconds: int = 20) -> Verdict:
    """Our composer's verdict; an exception or timeout is a crash."""
    from hanse_schema.compose import compose

    started = time.perf_counter()
    try:
        with within(seconds):
            composition = compose(subgraphs)
            sdl = composition.sdl
    except Exception:
        return Verdict(crash=traceback.format_exc())
    return Verdict(
        errors=tuple((error.code, error.message) for error in composition.errors),
        hints=tuple(hint.code for hint in composition.hints),
        sdl=sdl,
        milliseconds=((time.perf_counter() - started) * 1000,),
    )


class Oracles:
    """The oracles with a cache on disk. A context manager."""

    def __init__(self, cache: Path) -> None:
        """`cache` is the file of the cache; its folder is created."""
        cache.parent.mkdir(parents=True, exist_ok=True)
        self._cache = sqlite3.connect(cache)
        self._cache.execute("CREATE TABLE IF NOT EXISTS verdict (key TEXT PRIMARY KEY, verdict TEXT NOT NULL)")
        self._process = OracleProcess()
        self._versions = (FOLDER / "package-lock.json").read_text(encoding="utf-8")

    def __enter__(self) -> Oracles:
        self._process.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()
        self._cache.commit()
        self._cache.close()

    def verdict(self, oracle: OracleName, subgraphs: Sequence[SubgraphSource], *, keep: bool = True) -> Verdict:
        """The oracle's verdict, from the cache if present; not cached if `keep` is false."""
        sources = [(s.name, s.url, s.sdl) for s in subgraphs]
        key = hashlib.sha256(json.dumps([oracle, sources, self._versions]).encode()).hexdigest()
        row = self._cache.execute("SELECT verdict FROM verdict WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return _verdict(json.loads(row[0]))
        verdict = self._process.compose(oracle, subgraphs)
        if keep:
            self._cache.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?)", (key, json.dumps(asdict(verdict))))
            self._cache.commit()
        return verdict


def guild_knows(subgraphs: Sequence[SubgraphSource]) -> bool:
    """Whether the second oracle supports every linked Federation version."""
    return not any(
        f"specs.apollo.dev/federation/v2.{minor}" in subgraph.sdl
        for subgraph in subgraphs
        for minor in range(GUILD_LATEST_MINOR + 1, 20)
    )


def _verdict(data: dict[str, Any]) -> Verdict:
    return Verdict(
        errors=tuple((code, message) for code, message in data["errors"]),
        hints=tuple(data["hints"]),
        sdl=data["sdl"],
        crash=data["crash"],
        milliseconds=tuple(data["milliseconds"]),
    )
