"""A schema under construction, which can be changed and printed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from graphql import GraphQLSchema, GraphQLSyntaxError, build_ast_schema, parse, validate_schema


@dataclass(slots=True)
class Element:
    """What every element has."""

    description: str | None = None
    deprecated: str | None = None
    applied: str = ""  # directives, printed

    def head(self) -> str:
        """The description, before the definition."""
        return f"{json.dumps(self.description)} " if self.description else ""

    def tail(self) -> str:
        """The directives, after it."""
        deprecated = f" @deprecated(reason: {json.dumps(self.deprecated)})" if self.deprecated is not None else ""
        return f"{deprecated} {self.applied}".rstrip()


@dataclass(slots=True)
class Input(Element):
    """An argument or a field of an input object."""

    type: str = "Int"
    default: str | None = None

    def sdl(self, name: str) -> str:
        """The definition."""
        default = f" = {self.default}" if self.default is not None else ""
        return f"{self.head()}{name}: {self.type}{default}{self.tail()}"


@dataclass(slots=True)
class Field(Element):
    """A field of an object or interface."""

    type: str = "Int"
    arguments: dict[str, Input] = field(default_factory=dict)

    def sdl(self, name: str) -> str:
        """The definition."""
        return f"{self.head()}{name}{arguments_sdl(self.arguments)}: {self.type}{self.tail()}"


@dataclass(slots=True)
class Type(Element):
    """A type of any kind; the parts of other kinds are empty."""

    keyword: str = "scalar"
    fields: dict[str, Field] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    inputs: dict[str, Input] = field(default_factory=dict)
    one_of: bool = False
    members: list[str] = field(default_factory=list)
    values: dict[str, Element] = field(default_factory=dict)
    url: str | None = None

    def sdl(self, name: str) -> str:
        """The definition."""
        implements = f" implements {' & '.join(self.interfaces)}" if self.interfaces else ""
        marks = (" @oneOf" if self.one_of else "") + (f' @specifiedBy(url: "{self.url}")' if self.url else "")
        return f"{self.head()}{self.keyword} {name}{implements}{marks}{self.tail()}{self._body()}"

    def _body(self) -> str:
        if self.keyword == "union":
            return f" = {' | '.join(self.members)}"
        lines = [
            *(each.sdl(name) for name, each in self.fields.items()),
            *(each.sdl(name) for name, each in self.inputs.items()),
            *(f"{each.head()}{name}{each.tail()}" for name, each in self.values.items()),
        ]
        return " {\n  " + "\n  ".join(lines) + "\n}" if lines else ""


@dataclass(slots=True)
class Directive(Element):
    """The definition of a directive."""

    locations: list[str] = field(default_factory=lambda: ["FIELD"])
    repeatable: bool = False
    arguments: dict[str, Input] = field(default_factory=dict)

    def sdl(self, name: str) -> str:
        """The definition."""
        repeatable = " repeatable" if self.repeatable else ""
        return (
            f"{self.head()}directive @{name}{arguments_sdl(self.arguments)}{repeatable} on {' | '.join(self.locations)}"
        )


@dataclass(slots=True)
class Draft:
    """The whole schema. `roots` has the type of each kind of operation."""

    types: dict[str, Type] = field(default_factory=dict)
    directives: dict[str, Directive] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    description: str | None = None

    def sdl(self) -> str:
        """The schema, printed."""
        head = f"{json.dumps(self.description)} " if self.description else ""
        roots = " ".join(f"{operation}: {name}" for operation, name in self.roots.items())
        directives = (each.sdl(name) for name, each in self.directives.items())
        types = (each.sdl(name) for name, each in self.types.items())
        return "\n".join([f"{head}schema {{ {roots} }}", *directives, *types]) + "\n"

    def schema(self) -> GraphQLSchema | None:
        """The schema; None if it is not valid."""
        try:
            schema = build_ast_schema(parse(self.sdl()))
        except (TypeError, GraphQLSyntaxError):
            return None
        return None if validate_schema(schema) else schema

    def of(self, *keywords: str) -> list[str]:
        """The names of the types of these kinds."""
        return [name for name, type_ in self.types.items() if type_.keyword in keywords]

    def inputs(self) -> list[dict[str, Input]]:
        """All places of input values: the arguments of each field and directive, the fields of each input object."""
        return [
            *(each.arguments for type_ in self.types.values() for each in type_.fields.values()),
            *(each.arguments for each in self.directives.values()),
            *(type_.inputs for type_ in self.types.values() if type_.keyword == "input"),
        ]


def arguments_sdl(arguments: dict[str, Input]) -> str:
    """The definitions of arguments, in parentheses."""
    return f"({', '.join(each.sdl(name) for name, each in arguments.items())})" if arguments else ""
