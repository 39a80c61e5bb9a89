"""A change between two API schemas: its kind, level, schema coordinate and reason."""

from __future__ import annotations

from dataclasses import dataclass

from hanse_schema.checks.changes.kinds import ChangeKind, ChangeLevel

UNUSABLE = "No operation on the old schema can use this element."


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two schemas.

    `coordinate` is the schema coordinate of the changed element (`Product.reviews(first:)`, `@tag`); empty for the
    schema itself. `subject` tells changes of the same kind and coordinate apart, such as the member of a union.
    `deprecated` is the deprecation reason that a removed element had in the old schema, None if it was not deprecated.
    `usable` is false where no operation on the old schema can use the element; the change is safe then.
    """

    kind: ChangeKind
    coordinate: str
    message: str
    subject: str = ""
    deprecated: str | None = None
    usable: bool = True

    @property
    def level(self) -> ChangeLevel:
        """The level of its kind; SAFE where no operation can use the element."""
        return self.kind.level if self.usable else ChangeLevel.SAFE

    @property
    def reason(self) -> str:
        """Why it is of its level."""
        return self.kind.reason if self.usable or self.kind.level is ChangeLevel.SAFE else UNUSABLE

    def __str__(self) -> str:
        return f"{self.level.value} {self.kind.name}: {self.message}"
