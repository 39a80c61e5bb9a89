"""Where a narrower type of a field can make an operation invalid: the rule that fields in a selection can merge.

`{ pet { ... on Dog { name } ... on Cat { name } } }` is invalid if `Dog.name` is `String!` and `Cat.name` is `String`:
fields with one response name must have types of the same shape. So types are put in one class if their fields may be
selected for one response value: the possible types and interfaces of an abstract type, and then the types of the
fields of such types. Classes are larger than necessary where precision would cost more than linear time.
"""

from __future__ import annotations

from collections import defaultdict

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

FieldsType = GraphQLObjectType | GraphQLInterfaceType
# By the shape before and the shape after: the types that have such a field.
_Uses = dict[str, dict[str, set[str]]]


class ResponseShapes:
    """The shapes of all fields that may be merged, before and after."""

    def __init__(self, before: GraphQLSchema, after: GraphQLSchema) -> None:
        self._before = before
        self._after = after
        self._classes = _classes_of(before)
        self._of_objects: dict[str, _Uses] = {}
        self._of_name: dict[tuple[str, str], _Uses] = {}
        for type_ in _types_with_fields(before):
            self._register(type_)

    def _register(self, type_: FieldsType) -> None:
        of_class = self._classes.find(type_.name)
        for name in type_.fields:
            shapes = self._shapes(type_.name, name)
            if shapes is None:
                continue
            old, new = shapes
            uses = [self._of_name.setdefault((of_class, name), {})]
            if isinstance(type_, GraphQLObjectType):
                uses.append(self._of_objects.setdefault(of_class, {}))
            for use in uses:
                use.setdefault(old, {}).setdefault(new, set()).add(type_.name)

    def _shapes(self, type_name: str, field_name: str) -> tuple[str, str] | None:
        """The shapes before and after; None if the field is removed, which is reported on its own."""
        old, new = self._before.type_map[type_name], self._after.type_map.get(type_name)
        if not isinstance(old, FieldsType) or not isinstance(new, FieldsType) or field_name not in new.fields:
            return None
        return _shape(old.fields[field_name].type), _shape(new.fields[field_name].type)

    def may_conflict(self, type_name: str, field_name: str) -> bool:
        """Whether an operation may be valid before, and after have fields of different shapes in one response name.

        Fields of two object types may have one response name by an alias; those of an interface must have one name.
        """
        shapes = self._shapes(type_name, field_name)
        if shapes is None:
            return False
        old, new = shapes
        of_class = self._classes.find(type_name)
        uses = [self._of_name[of_class, field_name]]
        if isinstance(self._before.type_map[type_name], GraphQLObjectType):
            uses.append(self._of_objects[of_class])
        return any(shape != new and names != {type_name} for use in uses for shape, names in use.get(old, {}).items())


class _Classes:
    """Disjoint classes of types. Uniting two also unites the types of their fields, by the wrapping of these."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._targets: dict[str, dict[str, list[str]]] = {}

    def add(self, type_: FieldsType | GraphQLUnionType) -> None:
        targets: dict[str, list[str]] = defaultdict(list)
        if not isinstance(type_, GraphQLUnionType):
            for field in type_.fields.values():
                if is_composite_type(inner := get_named_type(field.type)):
                    targets[_shape(field.type)].append(inner.name)
        self._parents[type_.name] = type_.name
        self._targets[type_.name] = targets

    def find(self, name: str) -> str:
        """The representative of the class of a type."""
        root = name
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[name] != root:
            self._parents[name], name = root, self._parents[name]
        return root

    def unite(self, one: str, other: str) -> None:
        pending = [(one, other)]
        while pending:
            small, large = map(self.find, pending.pop())
            if small == large:
                continue
            if len(self._targets[small]) > len(self._targets[large]):
                small, large = large, small
            self._parents[small] = large
            merged = self._targets[large]
            for shape, names in self._targets.pop(small).items():
                merged[shape] += names
            for shape, names in merged.items():
                pending += [(names[0], name) for name in names[1:]]
                merged[shape] = names[:1]


def _classes_of(schema: GraphQLSchema) -> _Classes:
    classes = _Classes()
    for type_ in schema.type_map.values():
        if isinstance(type_, FieldsType | GraphQLUnionType):
            classes.add(type_)
    for type_ in schema.type_map.values():
        if isinstance(type_, FieldsType):
            for interface in type_.interfaces:
                classes.unite(type_.name, interface.name)
        elif isinstance(type_, GraphQLUnionType):
            for member in type_.types:
                classes.unite(type_.name, member.name)
    return classes


def _types_with_fields(schema: GraphQLSchema) -> list[FieldsType]:
    return [type_ for type_ in schema.type_map.values() if isinstance(type_, FieldsType)]


def _shape(type_: GraphQLOutputType) -> str:
    """The type with composite types alike: their selections are compared on their own."""
    inner = get_named_type(type_)
    return str(type_).replace(inner.name, "{}") if is_composite_type(inner) else str(type_)
