"""What a lint rule is: its code, its default level, its explanation, and the function that finds problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from graphql import (
    DirectiveDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    Node,
    Token,
    TypeDefinitionNode,
    TypeExtensionNode,
)
from pydantic import BaseModel, ConfigDict

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level

NAMED = (
    TypeDefinitionNode,
    TypeExtensionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    EnumValueDefinitionNode,
    DirectiveDefinitionNode,
)


class Category(Enum):
    """The groups of rules, in the order of the documentation."""

    NAMING = "naming"
    DESCRIPTIONS = "descriptions"
    NULLABILITY = "nullability"
    PAGINATION = "pagination"
    DEPRECATION = "deprecation"
    MUTATIONS = "mutations"
    STRUCTURE = "structure"
    FEDERATION = "federation"
    SUPPRESSIONS = "suppressions"


class Options(BaseModel):
    """The options of a rule, beside its level. A rule with options has a subclass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found, and the edits of the SDL that correct it, if that is mechanical.

    `element` is the definition that it is about: suppressions cover elements. `at` is the node to show; by default the
    element's name. `comment` is a comment to show in their place. The message is what is the case, then what to do.
    """

    coordinate: str
    element: Node | None
    message: str
    at: Node | None = None
    edits: tuple[TextEdit, ...] = ()
    subject: str = ""
    comment: Token | None = None

    @property
    def token(self) -> Token | None:
        """The token to show."""
        if self.comment is not None:
            return self.comment
        node = self.at or name_of(self.element) or self.element
        return None if node is None or node.loc is None else node.loc.start_token


def name_of(element: Node | None) -> Node | None:
    """The name of a definition."""
    return element.name if isinstance(element, NAMED) else None


OptionsOfRule = TypeVar("OptionsOfRule", bound=Options)


@dataclass(frozen=True, slots=True)
class Rule(Generic[OptionsOfRule]):
    """A lint rule. `level` is its level in the preset `recommended`; None if it is off there.

    `fixes` is what `hanse schema lint --fix` does, empty if nothing.
    """

    code: str
    category: Category
    level: Level | None
    summary: str
    explanation: str
    check: Callable[[LintSubject, OptionsOfRule], Iterator[Problem]]
    options: type[OptionsOfRule]
    fixes: str = ""


def no_problems(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """The check of a rule whose findings come from the linter itself."""
    return iter(())
