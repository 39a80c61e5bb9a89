"""The errors that have no repair, each with the reason."""

from __future__ import annotations

_CONTEXT = "The meaning of the context is the author's."

UNREPAIRED: dict[str, str] = {
    "CONTEXT_INVALID_SELECTION": _CONTEXT,
    "CONTEXT_NAME_INVALID": _CONTEXT,
    "CONTEXT_NOT_SET": _CONTEXT,
    "NO_CONTEXT_IN_SELECTION": _CONTEXT,
    "INVALID_LINK_IDENTIFIER": "Which specification is meant cannot be known.",
    "INVALID_SUBGRAPH_NAME": "The name is in the configuration, not in the SDL, and routers and clients know it.",
    "LINK_IMPORT_NAME_MISMATCH": "The name under which all subgraphs import is a convention of their teams.",
    "NO_QUERIES": "What clients can ask for is the author's.",
    "OVERRIDE_LABEL_INVALID": "The label is known to the router's operators.",
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES": "Which object types a resolver returns is in its code.",
    "TYPE_KIND_MISMATCH": "Two meanings have one name: a new name is the author's, and clients see it.",
    "UNSUPPORTED_LINKED_FEATURE": "The fields need resolvers in a subgraph.",
}
