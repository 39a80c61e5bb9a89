"""IMPLICITLY_UPGRADED_FEDERATION_VERSION, a hint: a subgraph links a specification that needs a later Federation."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging
from hanse_schema.subgraph.specs import APOLLO, FEDERATION

_NEEDED = {f"{APOLLO}/authenticated": (2, 5), f"{APOLLO}/cost": (2, 9)}


def implicit_upgrade(merging: Merging) -> None:
    """Hint at each subgraph that links a later specification than its Federation version has."""
    for part in merging.parts:
        version = next((link.version for link in part.schema.links if link.identity == FEDERATION), None)
        needing = [(_NEEDED[link.identity], link) for link in part.schema.links if link.identity in _NEEDED]
        if version is None or not needing:
            continue
        needed, link = max(needing, key=lambda found: found[0])
        if version < needed:
            merging.report.hint(
                "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
                f'Subgraph "{part.name}" links Federation v{_text(version)} and {link.url}, which Federation has since '
                f"v{_text(needed)}: it is composed as that version.",
                [(part, link.node)],
                None,
            )


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
