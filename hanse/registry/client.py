"""The store on a server, by its GraphQL API."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlsplit

from hanse.registry.errors import InvalidInput, RegistryUnavailable, StoreBroken, Unauthenticated
from hanse.registry.store import (
    Action,
    Approval,
    AuditEntry,
    Author,
    Branch,
    CheckOutcome,
    CheckRecord,
    CheckSummary,
    DiffSummary,
    Line,
    OperationUsage,
    Publish,
    PublishedSubgraph,
    Version,
    VersionSummary,
)
from hanse.registry.wire import error_from_json

TIMEOUT = 120.0  # seconds; the server composes before it answers
MAX_RESPONSE_BYTES = 256 * 1024 * 1024
PAGE = 2_000  # rows of usage in one request
SUMMARY = "number variant branch who when action detail commit baseVersion diff { breaking dangerous safe subgraphs }"
VERSION = f"{SUMMARY} subgraphs {{ name url sdl }} supergraph api"
CHECK_SUMMARY = "id variant subgraph outcome who when commit baseVersion approvals { who when reason }"
CHECK = f"{CHECK_SUMMARY} report"
BRANCH = "name variant who when subgraphs"
USAGE = "hash signature name kind client clientVersion count errors firstSeen lastSeen"

Json = dict[str, Any]
Read = TypeVar("Read")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the API key is for one server."""

    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        """Refuse."""


class ServerStore:
    """A `Store` on a registry server: one graph, with the rights of an API key."""

    def __init__(self, url: str, graph: str, key: str) -> None:
        """Raises InvalidInput when the URL is invalid."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise InvalidInput("the URL of the registry must have the form http(s)://HOST[:PORT]")
        self._url = url.rstrip("/")
        self._graph = graph
        self._key = key
        self._opener = urllib.request.build_opener(_NoRedirects)

    def variants(self) -> tuple[str, ...]:
        """The variants."""
        data = self._graph_query("variants { name }")
        return _read(lambda: tuple(one["name"] for one in data["variants"]))

    def current(self, line: Line) -> Version:
        """The newest version."""
        query = f"current(branch: $branch) {{ {VERSION} }}"
        data = self._variant_query(line.variant, query, "$branch: String", {"branch": line.branch})
        return _version(data["current"])

    def history(self, line: Line, *, limit: int = 50, before: int | None = None) -> tuple[VersionSummary, ...]:
        """The newest versions."""
        data = self._variant_query(
            line.variant,
            f"versions(limit: $limit, before: $before, branch: $branch) {{ {SUMMARY} }}",
            "$limit: Int!, $before: Int, $branch: String",
            {"limit": limit, "before": before, "branch": line.branch},
        )
        return _read(lambda: tuple(_summary(one) for one in data["versions"]))

    def show(self, line: Line, number: int) -> Version:
        """One version."""
        query = f"version(number: $number, branch: $branch) {{ {VERSION} }}"
        values = {"number": number, "branch": line.branch}
        data = self._variant_query(line.variant, query, "$number: Int!, $branch: String", values)
        return _version(data["version"])

    def publish(self, line: Line, publish: Publish, author: Author) -> Version:
        """Let the server compose and make a version."""
        return self.publish_all(line, (publish,), author, base_version=publish.base_version)

    def publish_all(
        self, line: Line, publishes: Sequence[Publish], author: Author, *, base_version: int | None = None
    ) -> Version:
        """Let the server compose and make one version of several subgraphs."""
        given = [{"subgraph": one.subgraph, "sdl": one.sdl, "url": one.url} for one in publishes]
        return self._change("publish", line, {"subgraphs": ("[PublishInput!]!", given), **_of(author, base_version)})

    def remove(self, line: Line, subgraph: str, author: Author, *, base_version: int | None = None) -> Version:
        """Remove a subgraph, or a branch's replacement of it."""
        return self._change("remove", line, {"subgraph": ("String!", subgraph), **_of(author, base_version)})

    def rollback(self, variant: str, number: int, author: Author, *, base_version: int | None = None) -> Version:
        """Make a version with the schemas of an older one."""
        return self._change("rollback", Line(variant), {"number": ("Int!", number), **_of(author, base_version)})

    def promote(self, source: str, target: str, author: Author, *, base_version: int | None = None) -> Version:
        """Make a version with the schemas of another variant."""
        return self._change("promote", Line(target), {"source": ("String!", source), **_of(author, base_version)})

    def branches(self, variant: str) -> tuple[Branch, ...]:
        """The branches of a variant."""
        data = self._variant_query(variant, f"branches {{ {BRANCH} }}")
        return _read(lambda: tuple(_branch(one) for one in data["branches"]))

    def create_branch(self, variant: str, name: str, author: Author) -> Branch:
        """Create a branch."""
        data = self._mutate("createBranch", Line(variant, name), {}, f"{{ {BRANCH} }}")
        return _read(lambda: _branch(data))

    def delete_branch(self, variant: str, name: str, author: Author) -> None:
        """Delete a branch."""
        self._mutate("deleteBranch", Line(variant, name), {}, "")

    def operations(self, variant: str, *, since: datetime | None = None) -> tuple[OperationUsage, ...]:
        """The use of operations, page by page."""
        found: list[OperationUsage] = []
        query = f"operations(since: $since, limit: $limit, offset: $offset) {{ {USAGE} }}"
        while True:
            values = {"since": since and since.isoformat(), "limit": PAGE, "offset": len(found)}
            data = self._variant_query(variant, query, "$since: DateTime, $limit: Int!, $offset: Int!", values)
            page = _usages(data)
            found += page
            if len(page) < PAGE:
                return tuple(found)

    def record_check(self, check: CheckRecord) -> CheckRecord:
        """Keep a check on the server."""
        given = {
            "id": check.id,
            "subgraph": check.subgraph,
            "outcome": check.outcome.value,
            "baseVersion": check.base_version,
            "report": check.report,
            "commit": check.commit,
        }
        data = self._mutate("recordCheck", Line(check.variant), {"input": ("CheckInput!", given)}, f"{{ {CHECK} }}")
        return _check(data)

    def checks(self, variant: str, *, limit: int = 50) -> tuple[CheckSummary, ...]:
        """The newest checks."""
        query = f"checks(limit: $limit) {{ {CHECK_SUMMARY} }}"
        data = self._variant_query(variant, query, "$limit: Int!", {"limit": limit})
        return _read(lambda: tuple(CheckSummary(**_check_fields(one)) for one in data["checks"]))

    def check(self, check: str) -> CheckRecord:
        """One check."""
        data = self._graph_query(f"check(id: $id) {{ {CHECK} }}", "$id: String!", {"id": check})
        return _check(data["check"])

    def approve(self, check: str, reason: str, author: Author) -> CheckRecord:
        """Approve a check."""
        document = (
            "mutation ($graph: String!, $id: String!, $reason: String!) "
            f"{{ approveCheck(graph: $graph, id: $id, reason: $reason) {{ {CHECK} }} }}"
        )
        data = self._request(document, {"graph": self._graph, "id": check, "reason": reason})
        return _check(data["approveCheck"])

    def owners(self) -> str | None:
        """The owners that were set."""
        data = self._graph_query("owners")
        return _read(lambda: data["owners"] or None)

    def set_owners(self, text: str, author: Author) -> None:
        """Set the owners of the graph."""
        document = "mutation ($graph: String!, $text: String!) { setOwners(graph: $graph, text: $text) }"
        self._request(document, {"graph": self._graph, "text": text})

    def audit(self, *, limit: int = 50) -> tuple[AuditEntry, ...]:
        """The newest entries of the audit."""
        query = "audit(limit: $limit) { who when action subject detail }"
        data = self._graph_query(query, "$limit: Int!", {"limit": limit})
        return _read(lambda: tuple(_entry(one) for one in data["audit"]))

    def _change(self, field: str, line: Line, arguments: Mapping[str, tuple[str, Any]]) -> Version:
        return _version(self._mutate(field, line, arguments, f"{{ {VERSION} }}"))

    def _mutate(self, field: str, line: Line, arguments: Mapping[str, tuple[str, Any]], selection: str) -> Any:
        """Run a mutation on a line; `arguments` are types and values by name."""
        on = {"graph": self._graph, "variant": line.variant, "branch": line.branch}
        given = {"line": ("LineInput!", on), **arguments}
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in given.items())
        passed = ", ".join(f"{name}: ${name}" for name in given)
        document = f"mutation ({declared}) {{ {field}({passed}) {selection} }}"
        data = self._request(document, {name: value for name, (_, value) in given.items()})
        return _read(lambda: data[field])

    def _variant_query(
        self, variant: str, selection: str, declared: str = "", values: Mapping[str, Any] | None = None
    ) -> Json:
        data = self._graph_query(
            f"variant(name: $variant) {{ {selection} }}",
            f"$variant: String!, {declared}",
            {"variant": variant, **(values or {})},
        )
        return _read(lambda: dict(data["variant"]))

    def _graph_query(self, selection: str, declared: str = "", values: Mapping[str, Any] | None = None) -> Json:
        document = f"query ($graph: String!, {declared}) {{ graph(name: $graph) {{ {selection} }} }}"
        data = self._request(document, {"graph": self._graph, **(values or {})})
        return _read(lambda: dict(data["graph"]))

    def _request(self, document: str, variables: Json) -> Json:
        """The data of a response. Raises the error that the server answered, or that nothing answered."""
        headers = {"content-type": "application/json", "accept": "application/json"}
        if not self._key:
            raise Unauthenticated(f"the registry {self._url} needs an API key: set HANSE_REGISTRY_KEY")
        headers["authorization"] = f"Bearer {self._key}"
        body = json.dumps({"query": document, "variables": variables}).encode()
        request = urllib.request.Request(f"{self._url}/graphql", data=body, headers=headers)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as reply:
                content = reply.read(MAX_RESPONSE_BYTES)
        except urllib.error.HTTPError as error:
            content = self._refusal(error)
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise RegistryUnavailable(f"cannot reach the registry {self._url}: {reason}; check it and retry") from error
        return _response(content)

    def _refusal(self, error: urllib.error.HTTPError) -> bytes:
        """The body of a response of another status than 2xx. Raises StoreBroken when it is not the registry's."""
        with error:
            content = error.read(MAX_RESPONSE_BYTES)
        if not content.startswith(b"{"):
            raise StoreBroken(
                f"{self._url} answered HTTP status {error.code}: check the URL of the registry"
            ) from error
        return content


def _response(content: bytes) -> Json:
    try:
        response = json.loads(content)
        errors = response.get("errors")
    except (ValueError, AttributeError, RecursionError) as error:
        raise StoreBroken("the registry answered what is not a GraphQL response: check its URL") from error
    if errors:
        raise error_from_json(errors[0])
    return _read(lambda: dict(response["data"]))


def _read(read: Callable[[], Read]) -> Read:
    """What a function reads from a response. Raises StoreBroken when it is not in its form."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreBroken("the registry answered in another form than expected: check its version") from error


def _of(author: Author, base_version: int | None) -> dict[str, tuple[str, Any]]:
    return {"baseVersion": ("Int", base_version), "commit": ("String", author.commit)}


def _version(value: Json) -> Version:
    return _read(
        lambda: Version(
            summary=_summary(value),
            subgraphs=tuple(PublishedSubgraph(one["name"], one["sdl"], one["url"]) for one in value["subgraphs"]),
            supergraph=value["supergraph"],
            api=value["api"],
        )
    )


def _summary(value: Json) -> VersionSummary:
    diff = value["diff"]
    return VersionSummary(
        number=value["number"],
        line=Line(value["variant"], value["branch"]),
        who=value["who"],
        when=datetime.fromisoformat(value["when"]),
        action=Action(value["action"]),
        detail=value["detail"],
        commit=value["commit"],
        base_version=value["baseVersion"],
        diff=DiffSummary(diff["breaking"], diff["dangerous"], diff["safe"], tuple(diff["subgraphs"])),
    )


def _branch(value: Json) -> Branch:
    return Branch(
        name=value["name"],
        variant=value["variant"],
        who=value["who"],
        when=datetime.fromisoformat(value["when"]),
        subgraphs=tuple(value["subgraphs"]),
    )


def _check(value: Json) -> CheckRecord:
    return _read(lambda: CheckRecord(**_check_fields(value), report=dict(value["report"])))


def _check_fields(value: Json) -> Json:
    return {
        "id": value["id"],
        "variant": value["variant"],
        "subgraph": value["subgraph"],
        "outcome": CheckOutcome(value["outcome"]),
        "who": value["who"],
        "when": datetime.fromisoformat(value["when"]),
        "commit": value["commit"],
        "base_version": value["baseVersion"],
        "approvals": tuple(
            Approval(who=one["who"], when=datetime.fromisoformat(one["when"]), reason=one["reason"])
            for one in value["approvals"]
        ),
    }


def _usages(data: Json) -> list[OperationUsage]:
    return _read(lambda: [_usage(one) for one in data["operations"]])


def _usage(value: Json) -> OperationUsage:
    return OperationUsage(
        hash=value["hash"],
        signature=value["signature"],
        name=value["name"],
        kind=value["kind"],
        client=value["client"],
        client_version=value["clientVersion"],
        count=int(value["count"]),
        errors=int(value["errors"]),
        first_seen=datetime.fromisoformat(value["firstSeen"]),
        last_seen=datetime.fromisoformat(value["lastSeen"]),
    )


def _entry(value: Json) -> AuditEntry:
    return AuditEntry(
        who=value["who"],
        when=datetime.fromisoformat(value["when"]),
        action=value["action"],
        subject=value["subject"],
        detail=value["detail"],
    )
