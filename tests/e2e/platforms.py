"""The platform as real processes, in the two shapes that people run: all in one, and one process per subgraph."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e.processes import HANSE, Running, run_to_end, running

SUBGRAPHS = ("users", "catalog", "analytics")


@contextlib.contextmanager
def embedded(data: Path, *options: str) -> Iterator[tuple[str, Running]]:
    """`hanse up` on the folder: the URL of GraphQL, and the process."""
    with running(HANSE, "up", "--port", "0", "--data", data, *options) as process:
        yield process.wait_for(r"GraphQL +(http://\S+)").group(1), process


@contextlib.contextmanager
def distributed(
    data: Path, names: Sequence[str] = SUBGRAPHS, *, processes: dict[str, Running] | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each subgraph alone behind HTTP, and the router over them: the URL of GraphQL, and the subgraphs' own.

    `processes` is filled, by subgraph and for "router".
    """
    with contextlib.ExitStack() as stack:
        router_port = stack.enter_context(reserved_port())
        router_url = f"http://127.0.0.1:{router_port}"
        started = {
            name: stack.enter_context(
                running(HANSE, "subgraph", name, "--port", "0", env=_environment(name, data, router_url))
            )
            for name in names
        }
        urls = {name: process.wait_for(r"(http://\S+)").group(1) for name, process in started.items()}
        supergraph = compose(data, urls)
        config = data / "router.yaml"
        lists = f"{urls['users'].removesuffix('/graphql')}/.well-known"
        tokens = {"jwks_url": f"{lists}/jwks.json", "revocations_url": f"{lists}/revocations.json"}
        issuer = {"issuer": "hanse-users", "audiences": ["hanse"], **tokens}
        config.write_text(
            json.dumps({"jwt": {"issuers": [issuer]}, "identity": {"key_file": str(data / "router-signing.json")}})
        )
        router = stack.enter_context(
            running(HANSE, "router", "--supergraph", supergraph, "--config", config, "--port", str(router_port))
        )
        if processes is not None:
            processes.update(started, router=router)
        yield router.wait_for(r"(http://\S+)").group(1), urls


def _environment(name: str, data: Path, router_url: str) -> dict[str, str]:
    prefix = f"HANSE_{name.upper()}"
    return {
        f"{prefix}_DATA_DIR": str(data / name),
        f"{prefix}_EVENTS_URL": f"embedded:{data / 'events.sqlite'}",
        f"{prefix}_ROUTER_JWKS_URL": f"{router_url}/.well-known/jwks.json",
    }


def compose(data: Path, urls: dict[str, str]) -> Path:
    """The supergraph of the published subgraph schemas, routed to the URLs given."""
    published = Path(__file__).parents[2] / "schema" / "published"
    config, supergraph = data / "supergraph.yaml", data / "supergraph.graphql"
    subgraphs = {
        name: {"routing_url": url, "schema": {"file": str(published / f"{name}.graphql")}} for name, url in urls.items()
    }
    config.write_text(json.dumps({"subgraphs": subgraphs}))
    composed = run_to_end(HANSE, "compose", "--config", config, "--output", supergraph)
    assert composed.returncode == 0, composed.stderr
    return supergraph


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A port that the system gives to no other process until the block ends; a server may listen on it."""
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        yield int(reservation.getsockname()[1])
