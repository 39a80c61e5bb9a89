"""Breaks a set on purpose: with a snippet for an error code, or with a random change."""

from __future__ import annotations

import re

from conformance.generator.draft import LATEST_MINOR, Part, SetDraft, SubgraphDraft, TypeDraft
from conformance.generator.snippets import SNIPPETS, Snippet

_SCHEMA_LINE = re.compile(r"^schema (@.*)$", re.MULTILINE)


def add_snippet(draft: SetDraft, snippet: Snippet) -> None:
    """Add a snippet to the set, with additional subgraphs if necessary."""
    if snippet.minor is None:
        fitting = [subgraph for subgraph in draft.subgraphs if subgraph.minor is None]
    else:
        fitting = draft.federated(snippet.minor)
    while len(fitting) < len(snippet.fragments):
        minor = None if snippet.minor is None else draft.rng.randint(snippet.minor, LATEST_MINOR)
        fresh = SubgraphDraft(draft.fresh("extra"), minor)
        fresh.types["Query"] = TypeDraft("type", "Query", {fresh.name: Part(f"{fresh.name}: Int")})
        draft.subgraphs.append(fresh)
        fitting.append(fresh)
    name = draft.fresh("Odd")
    chosen = fitting[: len(snippet.fragments)]
    for position, (subgraph, fragment) in enumerate(zip(chosen, snippet.fragments, strict=True)):
        other = chosen[(position + 1) % len(chosen)]
        text = fragment.replace("~", name).replace("%self", subgraph.name).replace("%other", other.name)
        for line in _SCHEMA_LINE.findall(text):
            _add_schema_directives(subgraph, line)
        subgraph.extras.append(_SCHEMA_LINE.sub("", text).strip())


def _add_schema_directives(subgraph: SubgraphDraft, line: str) -> None:
    for text in re.findall(r"@\w+\((?:[^()]|\([^()]*\))*\)", line):
        if text.startswith("@link"):
            subgraph.links.append(text)
        else:
            subgraph.schema_directives.append(text[1:])


def add_random_snippet(draft: SetDraft) -> str:
    """Add any snippet; its number as text."""
    number = draft.rng.randrange(len(SNIPPETS))
    add_snippet(draft, SNIPPETS[number])
    return f"snippet {number}"


def break_a_name(draft: SetDraft) -> str:
    """Give a subgraph an invalid or duplicate name."""
    victim = draft.rng.choice(draft.subgraphs)
    victim.name = draft.rng.choice(["_", "", "a b", "Accounts", draft.subgraphs[0].name, draft.subgraphs[0].name + "-"])
    return "name"
