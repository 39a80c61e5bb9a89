"""From a draft to SDL: roots renamed, federation directives linked in the subgraph's style."""

from __future__ import annotations

import re

from conformance.generator.draft import ROOTS, SINCE, SubgraphDraft
from hanse_schema.subgraph.model import SubgraphSource

FEDERATION = "https://specs.apollo.dev/federation/v2."
_DIRECTIVE = re.compile(r"@([A-Za-z]\w*)")
_DESCRIPTION = re.compile(r'(""".*?"""|"(?:[^"\\\n]|\\.)*")', re.DOTALL)


def render(subgraph: SubgraphDraft) -> SubgraphSource:
    """The subgraph's SDL; its URL is made from its name."""
    body = "\n\n".join([*(t.sdl() for t in subgraph.types.values()), *subgraph.extras])
    renames = _renames(subgraph, body)
    body = _map_code(body, lambda code: _DIRECTIVE.sub(lambda found: "@" + renames.get(found[1], found[1]), code))
    for canonical, name in subgraph.root_names.items():
        body = _map_code(body, lambda code, c=canonical, n=name: re.sub(rf"\b{c}\b", n, code))
    head = _head(subgraph, renames)
    return SubgraphSource(name=subgraph.name, sdl=f"{head}{body}\n", url=f"http://{subgraph.name.lower()}.test/graphql")


def _map_code(text: str, change: object) -> str:
    """Apply `change` outside of strings and descriptions."""
    assert callable(change)
    pieces = _DESCRIPTION.split(text)
    return "".join(piece if index % 2 else str(change(piece)) for index, piece in enumerate(pieces))


def _used(subgraph: SubgraphDraft, body: str) -> list[str]:
    code = _DESCRIPTION.sub("", body) + " ".join(f"@{d}" for d in subgraph.schema_directives)
    return [name for name in dict.fromkeys(_DIRECTIVE.findall(code)) if name in SINCE]


def _renames(subgraph: SubgraphDraft, body: str) -> dict[str, str]:
    """The local name of each federation directive used, by its own."""
    if subgraph.minor is None:
        return {}
    used = _used(subgraph, body)
    if subgraph.style == "namespace":
        return {name: f"federation__{name}" for name in used}
    if subgraph.style == "as":
        return {name: f"fed__{name}" for name in used}
    if subgraph.style == "rename":
        return {
            name: f"my{name[0].upper()}{name[1:]}" if position % 2 == 0 else name for position, name in enumerate(used)
        }
    return {name: name for name in used}


def _head(subgraph: SubgraphDraft, renames: dict[str, str]) -> str:
    directives = []
    if subgraph.minor is not None:
        imports = []
        if subgraph.style in {"import", "rename"}:
            imports = [
                f'"@{name}"' if name == local else f'{{name: "@{name}", as: "@{local}"}}'
                for name, local in renames.items()
                if SINCE[name] <= subgraph.minor
            ]
        arguments = [f'url: "{FEDERATION}{subgraph.minor}"']
        if subgraph.style == "as":
            arguments.append('as: "fed"')
        if imports:
            arguments.append(f"import: [{', '.join(imports)}]")
        directives.append(f"@link({', '.join(arguments)})")
    directives += subgraph.links
    for text in subgraph.schema_directives:
        name, _, rest = text.partition("(")
        directives.append(f"@{renames.get(name, name)}{'(' + rest if rest else ''}")
    if subgraph.root_names:
        roots = "".join(
            f"  {root.lower()}: {subgraph.root_names.get(root, root)}\n" for root in ROOTS if root in subgraph.types
        )
        if roots:
            return f"schema {' '.join(directives)} {{\n{roots}}}\n\n"
    return f"extend schema {' '.join(directives)}\n\n" if directives else ""
