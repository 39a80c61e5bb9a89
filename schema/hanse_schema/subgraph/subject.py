"""The input of validation: one subgraph's schema with indexes shared by several rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from hanse_schema.subgraph.constants import ConstantChecker
from hanse_schema.subgraph.copies import copy_schema
from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set
from hanse_schema.subgraph.model import (
    Applied,
    FieldDef,
    InputValueDef,
    Kind,
    SubgraphSchema,
    TypeDef,
    applied,
    has,
    string_argument,
)
from hanse_schema.subgraph.names import Names
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.suggest import did_you_mean
from hanse_schema.type_ref import named_type


@dataclass(frozen=True, slots=True)
class Step:
    """One selected field of a field set: where it is selected, and whether an outer selected field is external.

    `definition` is None for `__typename`.
    """

    owner: TypeDef
    definition: FieldDef | None
    selection: Selection
    in_external: bool

    @property
    def coordinate(self) -> str:
        """The selected field's coordinate."""
        return f"{self.owner.name}.{self.selection.field}"


@dataclass(slots=True)
class FieldSetUse:
    """One `@key`, `@requires` or `@provides`.

    `parent` is the type that its field set selects on, None if there is none. `steps` are the selected fields,
    outer ones first; `problem` is the reason why the field set is invalid, if it is.
    """

    directive: Applied
    owner: TypeDef
    field_def: FieldDef | None
    parent: TypeDef | None
    selections: tuple[Selection, ...] = ()
    steps: list[Step] = field(default_factory=list)
    problem: str | None = None

    @property
    def coordinate(self) -> str:
        """The coordinate of the element that the directive is applied to."""
        return f"{self.owner.name}.{self.field_def.name}" if self.field_def else self.owner.name

    @property
    def text(self) -> str:
        """The directive as shown in messages."""
        return f"@{self.directive.name}(fields: {self.directive.arguments.get('fields', '')})"

    @property
    def is_string(self) -> bool:
        """Whether `fields` is a string at all."""
        return string_argument(self.directive, "fields") is not None


def is_composite(definition: TypeDef | None) -> bool:
    """Whether the type has a selection set."""
    return definition is not None and definition.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


class Subject:
    """One subgraph's schema, with common queries of the rules."""

    def __init__(self, model: SubgraphSchema, names: Names, report: Report) -> None:
        self.model = model
        self.types = model.types
        self.names = names
        self.report = report
        self.implementations: dict[str, list[TypeDef]] = defaultdict(list)  # object types only
        for owner in model.types.values():
            if owner.kind is Kind.OBJECT:
                for interface in owner.interfaces:
                    self.implementations[interface].append(owner)
        self.uses: list[FieldSetUse] = list(self._uses())

    def copy(self, report: Report) -> Subject:
        """The same for another graph, with a report of its own; a Federation 1 schema can be upgraded there."""
        if self.version[0] == 1:
            return Subject(copy_schema(self.model), self.names, report)
        same = copy(self)
        same.report = report
        return same

    @cached_property
    def contexts(self) -> dict[str, list[TypeDef]]:
        """The types that set each context."""
        found: dict[str, list[TypeDef]] = defaultdict(list)
        for owner in self.types.values():
            for directive in applied(owner.directives, "context"):
                found[string_argument(directive, "name") or ""].append(owner)
        return found

    @cached_property
    def constants(self) -> ConstantChecker:
        """Checks values against the subgraph's types."""
        return ConstantChecker(self.types)

    def refresh_uses(self) -> None:
        """Resolve the field sets again, after a change of the schema."""
        self.uses = list(self._uses())

    @property
    def version(self) -> tuple[int, int]:
        """The Federation version."""
        return self.model.federation_version

    def written(self, directive: str) -> str:
        """The local name of a federation directive in this subgraph, with its `@`."""
        return f"@{self.names.local_directive(directive)}"

    def fields(self) -> Iterator[tuple[TypeDef, FieldDef]]:
        """All fields of objects and interfaces, each with its type."""
        for owner in self.types.values():
            for definition in owner.fields.values():
                yield owner, definition

    def arguments(self) -> Iterator[tuple[TypeDef, FieldDef, InputValueDef]]:
        """All arguments of fields."""
        for owner, definition in self.fields():
            for argument in definition.arguments.values():
                yield owner, definition, argument

    def possible_types(self, owner: TypeDef) -> list[TypeDef]:
        """The possible object types of a composite type in this subgraph."""
        if owner.kind is Kind.OBJECT:
            return [owner]
        if owner.kind is Kind.UNION:
            return [self.types[name] for name in owner.members if name in self.types]
        return self.implementations.get(owner.name, [])

    def _uses(self) -> Iterator[FieldSetUse]:
        for owner in self.types.values():
            for directive in owner.directives:
                if directive.name == "key" and directive.spec:
                    yield self._resolved(FieldSetUse(directive, owner, None, owner))
            for definition in owner.fields.values():
                for directive in definition.directives:
                    if directive.spec and directive.name == "requires":
                        yield self._resolved(FieldSetUse(directive, owner, definition, owner))
                    elif directive.spec and directive.name == "provides":
                        target = self.types.get(named_type(definition.type))
                        yield self._resolved(FieldSetUse(directive, owner, definition, target))

    def _resolved(self, use: FieldSetUse) -> FieldSetUse:
        text = string_argument(use.directive, "fields")
        if text is None or use.parent is None:
            return use
        try:
            use.selections = parse_field_set(text)
        except FieldSetError as error:
            use.problem = str(error)
            return use
        use.problem = self._resolve(use, use.parent, use.selections, in_external=False)
        return use

    def steps_of(self, owner: TypeDef, selections: tuple[Selection, ...]) -> list[Step]:
        """The existing fields that selections on a type select."""
        use = FieldSetUse(Applied(name="fields"), owner, None, owner)
        self._resolve(use, owner, selections, in_external=False)
        return use.steps

    def _resolve(
        self, use: FieldSetUse, owner: TypeDef, selections: tuple[Selection, ...], *, in_external: bool
    ) -> str | None:
        """Add the steps of selections on a type; what makes the field set invalid, if anything."""
        for selection in selections:
            unknown = next((name for name in selection.directives if not self._is_directive(name)), None)
            if unknown is not None:
                return f"has the directive @{unknown}, which is not defined"
            if selection.field is None:
                inner: TypeDef | None = owner
                if selection.condition is not None:
                    inner = self.types.get(self.canonical(selection.condition))
                if inner is None:
                    return f"has a fragment on `{selection.condition}`, a type that this subgraph does not define"
                problem = self._resolve(use, inner, selection.selections or (), in_external=in_external)
            else:
                problem = self._resolve_field(use, owner, selection, in_external=in_external)
            if problem:
                return problem
        return None

    def _is_directive(self, name: str) -> bool:
        return name in ("include", "skip") or name in self.model.directive_definitions

    def canonical(self, name: str) -> str:
        """A type's canonical name, given the one written: root types may be renamed."""
        return next((known for known, written in self.model.root_names.items() if written == name), name)

    def _resolve_field(
        self, use: FieldSetUse, owner: TypeDef, selection: Selection, *, in_external: bool
    ) -> str | None:
        name = selection.field
        if name == "__typename":
            use.steps.append(Step(owner, None, selection, in_external))
            return _typename_problem(owner, selection)
        definition = owner.fields.get(name or "")
        if definition is None:
            if owner.kind is Kind.UNION:
                return f"selects `{name}` on the union `{owner.name}`: select it within `... on` one of its members"
            hint = did_you_mean(self.report, name or "", owner.fields)
            return (
                f"selects `{owner.name}.{name}`, a field that this subgraph does not define{hint}: add it, with "
                "@external if another subgraph resolves it"
            )
        use.steps.append(Step(owner, definition, selection, in_external))
        if selection.alias is not None:
            return f"gives `{name}` the alias `{selection.alias}`, but aliases have no meaning in a field set"
        target = self.types.get(named_type(definition.type))
        composite = is_composite(target)
        if selection.selections is None:
            abstract = target is not None and target.kind is not Kind.OBJECT
            if composite and not (abstract and use.directive.name == "key"):  # which is an error anyway
                return (
                    f"selects `{owner.name}.{name}` whole: select fields of `{named_type(definition.type)}` in braces"
                )
            return None
        if target is None or not composite:
            return f"selects fields within `{owner.name}.{name}`, of type {named_type(definition.type)}, which has none"
        external = in_external or self._external_somewhere(owner, definition)
        return self._resolve(use, target, selection.selections, in_external=external)

    def _external_somewhere(self, owner: TypeDef, definition: FieldDef) -> bool:
        """Whether a field is external: an interface's is where it is so in some implementation."""
        fields = [definition]
        if owner.kind is Kind.INTERFACE:
            implementing = self.implementations.get(owner.name, ())
            fields += [found for one in implementing if (found := one.fields.get(definition.name)) is not None]
        return any(has(one.directives, "external") for one in fields)


def _typename_problem(owner: TypeDef, selection: Selection) -> str | None:
    coordinate = f"{owner.name}.__typename"
    if selection.alias is not None:
        return f"gives `__typename` the alias `{selection.alias}`, but aliases have no meaning in a field set"
    if selection.arguments:
        return f"gives `{coordinate}` an argument `{selection.arguments[0][0]}`, which it does not have"
    if selection.selections is not None:
        return f"selects fields within `{coordinate}`, of type String!, which has none"
    return None
