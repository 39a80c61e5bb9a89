"""Merges the definitions of a union: all their members."""

from __future__ import annotations

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.composite import join_types
from hanse_schema.compose.description import merge_description
from hanse_schema.compose.join_directives import join_directives
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import TypeGroup
from hanse_schema.supergraph.model import JoinUnionMember, UnionType


def merge_union(merging: Merging, group: TypeGroup) -> UnionType:
    """The union in the supergraph; hints INCONSISTENT_UNION_MEMBER for a member that is not everywhere."""
    members = tuple(
        JoinUnionMember(source.part.graph, member) for source in group.sources for member in source.definition.members
    )
    for member in dict.fromkeys(record.member for record in members):
        lacking = [source for source in group.sources if member not in source.definition.members]
        if lacking:
            merging.report.hint(
                "INCONSISTENT_UNION_MEMBER",
                f"The union `{group.name}` has `{member}` as a member, but not in "
                f"{subgraphs(source.part.name for source in lacking)}.",
                [*(s for s in group.sources if member in s.definition.members), *lacking],
                group.name,
            )
    return UnionType(
        name=group.name,
        description=merge_description(group.sources, group.name, merging.report),
        directives=merge_applied(merging, group.sources, group.name),
        joins=join_types(group),
        join_directives=join_directives(merging, group.sources),
        members=members,
    )
