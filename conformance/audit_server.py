"""The federation gateway audit: its checkout, its local server process, and its suites as data."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conformance.oracles.client import FOLDER, ensure_installed
from hanse_schema.subgraph.model import SubgraphSource

SOURCE = "https://github.com/graphql-hive/federation-gateway-audit"
COMMIT = "f59c05e3f48f4a4f8e8a731d67a1b71a9788a96f"
CACHE = Path(os.environ.get("HANSE_CONFORMANCE_CACHE", Path(tempfile.gettempdir()) / "hanse-conformance"))


@dataclass(frozen=True, slots=True)
class Case:
    """One operation of a suite. `errors` None means that errors are not compared."""

    query: str
    data: Any
    errors: bool | None


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite: its subgraphs, the supergraph that the audit composed of them, its cases."""

    name: str
    subgraphs: tuple[SubgraphSource, ...]
    supergraph: str
    cases: tuple[Case, ...]


def cloned(name: str, source: str, commit: str | None = None) -> Path:
    """The folder of that name in the cache: a clone of `source` (URL or git folder), made if missing, at `commit`.

    Raises `subprocess.CalledProcessError` if git fails.
    """
    folder = CACHE / name
    if not (folder / ".git").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "--quiet", source, str(folder)], check=True)
        if commit is not None:
            subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", commit], check=True)
    return folder


def checkout(source: str = SOURCE) -> Path:
    """The folder of the audit's checkout, with the packages that it imports."""
    ensure_installed()
    folder = cloned("audit", source, COMMIT)
    packages = folder / "node_modules"
    if not packages.exists():
        packages.unlink(missing_ok=True)
        packages.symlink_to(FOLDER / "node_modules", target_is_directory=True)
    return folder


@contextmanager
def served(source: str = SOURCE, port: int = 0) -> Iterator[str]:
    """Serve the audit on the loopback interface while the context lasts; gives the server's URL."""
    command = ["node", "--import", "tsx", "audit_server.mjs", str(checkout(source)), str(port)]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            listening = process.stdout.readline().strip()
            if not listening:
                raise RuntimeError("the audit's server did not start")
            url = f"http://127.0.0.1:{listening}"
            suite_names(url)  # it responds once all suites are loaded
            yield url
        finally:
            process.kill()


def suite_names(url: str) -> list[str]:
    """The names of all suites."""
    names: list[str] = httpx.get(f"{url}/ids", timeout=60).raise_for_status().json()
    return names


def read_suite(url: str, name: str) -> Suite:
    """One suite, read from the audit's server."""
    with httpx.Client(base_url=f"{url}/{name}", timeout=60) as client:
        subgraphs = client.get("/subgraphs").raise_for_status().json()
        supergraph = client.get("/supergraph").raise_for_status().text
        cases = client.get("/tests").raise_for_status().json()
    return Suite(
        name=name,
        subgraphs=tuple(SubgraphSource(name=s["name"], sdl=s["sdl"], url=s["url"]) for s in subgraphs),
        supergraph=supergraph,
        cases=tuple(_case(case) for case in cases),
    )


def _case(case: dict[str, Any]) -> Case:
    expected = case["expected"]
    errors = expected.get("errors")
    return Case(case["query"], expected.get("data"), errors if isinstance(errors, bool) else None)
