"""What `hanse doctor` finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: what, whether it is well, and what was seen or should be done."""

    subject: str
    ok: bool
    detail: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.subject}: {self.detail}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON's types."""
        return asdict(self)
