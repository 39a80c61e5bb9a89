"""How the next version of a line is made: pure functions that every store uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import print_schema

from hanse.registry.errors import CompositionFailed, InvalidInput, NotFound, TooLarge, VersionConflict
from hanse.registry.store import (
    Action,
    Approval,
    AuditEntry,
    DiffSummary,
    Line,
    Publish,
    PublishedSubgraph,
    Version,
    VersionSummary,
)
from hanse_schema.checks.changes import Change, ChangeLevel, diff_supergraphs
from hanse_schema.collection import paused_collection
from hanse_schema.compose import SubgraphSource, compose
from hanse_schema.supergraph import api_schema, parse_supergraph

MAX_SDL_BYTES = 8_000_000  # of one subgraph
MAX_TOTAL_BYTES = 64_000_000  # of all subgraphs of a version
MAX_SUBGRAPHS = 1_000
MAX_URL = 2_000  # characters
MAX_LISTED = 3  # names in the description of a version
MAX_BRANCHES = 100  # of a variant
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
RESERVED_SUBGRAPHS = ("api", "supergraph")  # files beside those of the subgraphs


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of a version: subgraphs in alphabetical order, and what they compose to."""

    subgraphs: tuple[PublishedSubgraph, ...]
    supergraph: str
    api: str


@dataclass(frozen=True, slots=True)
class NextVersion:
    """A version to be written: what it is, and how it differs from the version before.

    On a branch, `replaced` are the subgraphs that it replaces, and `base_version` is the variant's version.
    """

    action: Action
    detail: str
    schemas: Schemas
    diff: DiffSummary
    replaced: tuple[str, ...] = ()
    base_version: int | None = None


@dataclass(frozen=True, slots=True)
class BranchState:
    """The newest version of a branch, the names of the subgraphs that it replaces, and its variant's newest version."""

    branch: Version
    replaced: tuple[str, ...]
    variant: Version

    @property
    def replacements(self) -> dict[str, PublishedSubgraph]:
        """The replacements by name."""
        return {name: one for name, one in by_name(self.branch).items() if name in self.replaced}


def check_name(kind: str, name: str) -> str:
    """The name of a graph, variant, branch or subgraph. Raises InvalidInput."""
    if not NAME.fullmatch(name) or (kind == "subgraph" and name in RESERVED_SUBGRAPHS):
        raise InvalidInput(
            f"{name[:70]!r} cannot be the name of a {kind}: use up to 63 letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit" + (" (not `api` or `supergraph`)" if kind == "subgraph" else "")
        )
    return name


def check_line(line: Line) -> None:
    """Raises InvalidInput when the name of the variant or the branch is invalid."""
    check_name("variant", line.variant)
    if line.branch is not None:
        check_name("branch", line.branch)


def published_subgraph(publish: Publish, known: PublishedSubgraph | None) -> PublishedSubgraph:
    """The subgraph of a publish; without a URL it keeps that of the known one. Raises InvalidInput and TooLarge."""
    name = check_name("subgraph", publish.subgraph)
    url = publish.url if publish.url is not None else known.url if known is not None else ""
    if len(url) > MAX_URL or not url.isprintable():
        raise InvalidInput(f"the URL of subgraph {name!r} is invalid: use up to {MAX_URL} printable characters")
    return PublishedSubgraph(name, normalized(publish.sdl), url)


def publish_next(before: Version | None, publishes: Sequence[Publish]) -> NextVersion | None:
    """The version of a variant with new schemas of subgraphs; None when they change nothing.

    Raises InvalidInput, TooLarge and CompositionFailed.
    """
    wanted = by_name(before) | _published(publishes, by_name(before))
    if before is not None and wanted == by_name(before):
        return None
    return _next(before, Action.PUBLISHED, _names(publishes), wanted)


def remove_next(before: Version, name: str) -> NextVersion:
    """The version without a subgraph. Raises NotFound and CompositionFailed."""
    if before.subgraph(name) is None:
        raise NotFound(f"{before.line} has no subgraph {name!r}; it has {', '.join(by_name(before)) or 'none'}")
    return _next(before, Action.REMOVED, name, {key: one for key, one in by_name(before).items() if key != name})


def rollback_next(before: Version, old: Version) -> NextVersion:
    """The version with the schemas of an older one, as they were composed."""
    schemas = Schemas(old.subgraphs, old.supergraph, old.api)
    return NextVersion(Action.ROLLED_BACK, f"to version {old.number}", schemas, difference(before, schemas))


def promote_next(source: Version, target: Version | None) -> NextVersion | None:
    """The version of `target` with the schemas of `source`; None when that changes nothing.

    Subgraphs keep the URLs that they have in `target`. Raises CompositionFailed.
    """
    urls = {subgraph.name: subgraph.url for subgraph in target.subgraphs} if target is not None else {}
    promoted = {
        subgraph.name: replace(subgraph, url=urls.get(subgraph.name) or subgraph.url) for subgraph in source.subgraphs
    }
    if promoted == by_name(target):
        return None
    return _next(target, Action.PROMOTED, f"{source.line} {source.number}", promoted)


def create_branch_next(variant: Version) -> NextVersion:
    """The first version of a branch: that of its variant."""
    schemas = Schemas(variant.subgraphs, variant.supergraph, variant.api)
    detail = f"from {variant.line} {variant.number}"
    return NextVersion(Action.BRANCHED, detail, schemas, DiffSummary(), base_version=variant.number)


def branch_publish_next(state: BranchState, publishes: Sequence[Publish]) -> NextVersion | None:
    """The version of a branch with subgraphs replaced; None when that changes nothing.

    Raises InvalidInput, TooLarge and CompositionFailed.
    """
    replacements = state.replacements | _published(publishes, by_name(state.branch))
    return _branch_next(state, replacements, Action.PUBLISHED, _names(publishes))


def branch_remove_next(state: BranchState, name: str) -> NextVersion | None:
    """The version of a branch with the variant's schema of a subgraph. Raises NotFound and CompositionFailed."""
    replacements = state.replacements
    if replacements.pop(name, None) is None:
        raise NotFound(
            f"{state.branch.line} does not replace {name!r}; it replaces {', '.join(replacements) or 'none'}"
        )
    return _branch_next(state, replacements, Action.REMOVED, name)


def rebase_next(state: BranchState) -> NextVersion | None:
    """The version of a branch on its variant's newest version; None when it changes nothing.

    Raises CompositionFailed.
    """
    detail = f"on {state.variant.line} {state.variant.number}"
    return _branch_next(state, state.replacements, Action.REBASED, detail)


def require_base(line: Line, before: Version | None, base_version: int | None) -> None:
    """Raises VersionConflict when the line is not at the version that the change was made for."""
    current = before.number if before is not None else 0
    if base_version is not None and base_version != current:
        raise VersionConflict(str(line), base_version, current)


def normalized(sdl: str) -> str:
    """The SDL as it is stored: without space around it, with one line break at its end. Raises TooLarge."""
    if (size := len(sdl.encode(errors="replace"))) > MAX_SDL_BYTES:
        raise TooLarge(f"the schema has {size} bytes; the maximum is {MAX_SDL_BYTES}")
    return as_file(sdl)


def composed(subgraphs: Iterable[PublishedSubgraph]) -> Schemas:
    """The subgraphs with what they compose to. Raises CompositionFailed and TooLarge."""
    ordered = tuple(sorted(subgraphs, key=lambda subgraph: subgraph.name))
    if len(ordered) > MAX_SUBGRAPHS:
        raise TooLarge(f"a version has at most {MAX_SUBGRAPHS} subgraphs, not {len(ordered)}")
    if (total := sum(len(subgraph.sdl) for subgraph in ordered)) > MAX_TOTAL_BYTES:
        raise TooLarge(f"the schemas of a version have at most {MAX_TOTAL_BYTES} characters together, not {total}")
    composition = compose([SubgraphSource(name=one.name, url=one.url, sdl=one.sdl) for one in ordered])
    if composition.sdl is None or composition.supergraph is None:
        raise CompositionFailed(composition.errors)
    api = print_schema(api_schema(composition.supergraph))
    return Schemas(ordered, as_file(composition.sdl), as_file(api))


def as_file(text: str) -> str:
    """A schema as it is stored and exported."""
    return f"{text.strip()}\n"


def difference(before: Version | None, after: Schemas) -> DiffSummary:
    """The number of changes since a version; of a first version, only the subgraphs are listed."""
    old = by_name(before)
    new = {subgraph.name: subgraph for subgraph in after.subgraphs}
    changed = tuple(name for name in sorted(old.keys() | new.keys()) if _sdl(old, name) != _sdl(new, name))
    changes = [] if before is None else api_changes(before.supergraph, after.supergraph)
    levels = Counter(change.level for change in changes)
    return DiffSummary(
        breaking=levels[ChangeLevel.BREAKING],
        dangerous=levels[ChangeLevel.DANGEROUS],
        safe=levels[ChangeLevel.SAFE],
        subgraphs=changed,
    )


@paused_collection()
def api_changes(before: str, after: str) -> list[Change]:
    """The changes of the API schema between two supergraphs as SDL, and of access to it, the breaking ones first."""
    if before == after:
        return []
    return diff_supergraphs(parse_supergraph(before), parse_supergraph(after))


def _next(
    before: Version | None, action: Action, detail: str, subgraphs: Mapping[str, PublishedSubgraph]
) -> NextVersion:
    schemas = composed(subgraphs.values())
    return NextVersion(action, detail, schemas, difference(before, schemas))


def _published(publishes: Sequence[Publish], known: Mapping[str, PublishedSubgraph]) -> dict[str, PublishedSubgraph]:
    """The subgraphs of publishes by name. Raises InvalidInput when there is none, or one twice."""
    found = {publish.subgraph: published_subgraph(publish, known.get(publish.subgraph)) for publish in publishes}
    if not publishes or len(found) < len(publishes):
        raise InvalidInput("publish at least one subgraph, and each once")
    return found


def _names(publishes: Sequence[Publish]) -> str:
    """The subgraphs of publishes; of many, their number."""
    names = [publish.subgraph for publish in publishes]
    return ", ".join(names) if len(names) <= MAX_LISTED else f"{len(names)} subgraphs"


def _branch_next(
    state: BranchState, replacements: Mapping[str, PublishedSubgraph], action: Action, detail: str
) -> NextVersion | None:
    wanted = by_name(state.variant) | dict(replacements)
    replaced = tuple(sorted(replacements))
    if wanted == by_name(state.branch) and replaced == state.replaced:
        return None
    made = _next(state.branch, action, detail, wanted)
    return replace(made, replaced=replaced, base_version=state.variant.number)


def by_name(version: Version | None) -> dict[str, PublishedSubgraph]:
    """The subgraphs of a version; none without one."""
    return {} if version is None else {subgraph.name: subgraph for subgraph in version.subgraphs}


def _sdl(subgraphs: Mapping[str, PublishedSubgraph], name: str) -> str | None:
    return subgraphs[name].sdl if name in subgraphs else None


def audit_entry(summary: VersionSummary) -> AuditEntry:
    """The audit's entry of a version."""
    return AuditEntry(
        who=summary.who,
        when=summary.when,
        action=summary.action.value,
        subject=f"{summary.line} {summary.number}",
        detail=summary.detail,
    )


def approval_entry(check: str, approval: Approval) -> AuditEntry:
    """The audit's entry of an approval."""
    return AuditEntry(
        who=approval.who, when=approval.when, action="approved", subject=f"check {check}", detail=approval.reason
    )
