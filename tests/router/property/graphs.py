"""Random federated graphs that are hard to plan: many keys, requirements, shared values, abstract types that differ."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TypeVar

from hanse_schema.subgraph import SubgraphSource

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])'
)
LABEL = "percent(50)"
_KEYS = ("id", "sku", "code", "id sku", "org { id }", "org { id code }", "org { __typename code }", "id __typename")
_LEAVES = ("String", "Int", "String!", "[String!]", "Float", "ID", "Boolean", "[[Int]]", "[[ID!]!]", "Colour", "Stamp")
_COMMON = {
    "Colour": "enum Colour { RED GREEN BLUE }",
    "Stamp": "scalar Stamp",
    "Filter": 'input Filter { text: String = "all" colours: [[Colour!]] inner: Filter least: Int! = 1 }',
}
_FILTER = '{ text: "a", colours: [[RED], []], inner: { text: "b", colours: null, inner: null, least: 2 }, least: 3 }'
_ARGUMENTS = {  # the definitions of arguments, each with ways to give them in a field set
    "": ("",),
    "(n: Int = 1)": ("(n: 2)", "(n: 3)", ""),
    "(n: Int!)": ("(n: 1)", "(n: 2)"),
    f"(f: Filter = {_FILTER})": (f"(f: {_FILTER})", ""),
    "(f: Filter!, c: Colour = GREEN)": (f"(f: {_FILTER}, c: RED)", f"(f: {_FILTER})"),
    "(s: Stamp, l: [[Int!]] = [[1, 2], []])": ("(l: [[3]])", "(l: [], s: null)", ""),
}

_T = TypeVar("_T")


@dataclass(slots=True)
class TypeDraft:
    """A type in one subgraph: the head of its definition, and its fields' lines by name."""

    head: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class GraphDraft:
    """One subgraph: its types by name, and other definitions."""

    name: str
    types: dict[str, TypeDraft] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def sdl(self) -> str:
        """The subgraph's schema."""
        types = [
            f"{draft.head} {{\n  " + "\n  ".join(draft.fields.values()) + "\n}"
            for draft in self.types.values()
            if draft.fields
        ]
        text = "\n\n".join([_LINK, *types, *self.others])
        used = [definition for name, definition in _COMMON.items() if re.search(rf"\b{name}\b", text)]
        if _COMMON["Filter"] in used and _COMMON["Colour"] not in used:
            used.append(_COMMON["Colour"])
        return "\n\n".join([text, *used])


def random_subgraphs(seed: int | str) -> list[SubgraphSource]:
    """The subgraphs of a seed. Not all sets compose."""
    return subgraphs_of(random.Random(seed))


def subgraphs_of(rng: random.Random) -> list[SubgraphSource]:
    """The subgraphs that a source of random choices leads to. Not all sets compose."""
    return _Maker(rng).make()


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._graphs = [GraphDraft(f"s{i}") for i in range(rng.randint(2, 3))]
        self._entities = [f"E{i}" for i in range(rng.randint(2, 4))]
        self._values = [f"V{i}" for i in range(rng.randint(0, 2))]
        self._count = 0
        self._where: dict[str, list[GraphDraft]] = {}
        self._given: dict[str, list[GraphDraft]] = {}  # where fields lead to it, unless that is wherever it is
        self._singletons = {name for name in self._entities if self._rng.random() < 0.12}
        fit = [name for name in self._entities if name not in self._singletons]
        self._nullable = {name for name in fit if self._rng.random() < 0.3}  # whose keys may be null
        self._owned: dict[str, list[tuple[str, str, GraphDraft]]] = {}  # leaves: (name, arguments, subgraph)

    def make(self) -> list[SubgraphSource]:
        rng = self._rng
        for graph in self._graphs:
            graph.types["Query"] = TypeDraft("type Query")
        for name in self._values:
            self._value(name)
        for name in self._entities:
            self._entity(name)
        abstract = [*self._interfaces(), *self._unions()]
        for name in self._entities:
            self._references(name, [*self._entities, *self._values, *abstract])
        for name in self._entities:
            for _ in range(rng.choice([0, 1, 1, 2])):
                self._requires(name)
        if rng.random() < 0.4:
            self._interface_object()
        if rng.random() < 0.25:
            self._context()
        self._roots([*self._entities, *abstract, *self._values])
        if rng.random() < 0.4:
            self._mutations([*self._entities, *self._values])
        if rng.random() < 0.3:
            self._subscriptions([*self._entities, *abstract, *self._values])
        return [SubgraphSource(graph.name, graph.sdl(), f"http://{graph.name}.test") for graph in self._graphs]

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _some(self, things: list[_T], least: int = 1) -> list[_T]:
        count = self._rng.randint(min(least, len(things)), len(things))
        return self._rng.sample(things, count)

    def _value(self, name: str) -> None:
        graphs = self._where[name] = self._some(self._graphs)
        leaves = [(self._name("v"), self._rng.choice(_LEAVES)) for _ in range(self._rng.randint(1, 3))]
        for graph in graphs:
            draft = graph.types[name] = TypeDraft(f"type {name}")
            for leaf, type_ in leaves:
                draft.fields[leaf] = f"{leaf}: {type_} @shareable"
        if self._rng.random() < 0.4:
            graph = self._rng.choice(graphs)
            own = self._name("w")
            graph.types[name].fields[own] = f"{own}: String"

    def _entity(self, name: str) -> None:
        rng = self._rng
        graphs = self._where[name] = self._some(self._graphs, 2)
        common = rng.choice(["id", "id", "id", "sku", "org { id }"])
        mark = "" if name in self._nullable else "!"
        if not mark:
            self._given[name] = [rng.choice(graphs)] if rng.random() < 0.8 else self._some(graphs)
        for graph in graphs:
            keys = {common if rng.random() < 0.85 else rng.choice(_KEYS)}
            if rng.random() < 0.5:
                keys.add(rng.choice(_KEYS))
            if name in self._singletons:
                keys = {"__typename"}
            marks = []
            for number, key in enumerate(sorted(keys)):
                unresolvable = ", resolvable: false" if number and rng.random() < 0.25 else ""
                marks.append(f'@key(fields: "{key}"{unresolvable})')
            graph.types[name] = draft = TypeDraft(f"type {name} {' '.join(marks)}")
            for part in ("id", "sku", "code"):
                if any(part in key.split("{")[0].split() for key in keys):
                    draft.fields[part] = f"{part}: ID{mark} @shareable"
            if any(key.startswith("org") for key in keys):
                org = "Org" if mark else "Firm"  # the latter's keys may be null
                # From another subgraph, a null key does not lead to this one's: it may say `!` where all come from it.
                is_there = graph in self._givers(name) and rng.random() < 0.5 and self._givers(name) == [graph]
                draft.fields["org"] = f"org: {org}{'!' if is_there else mark} @shareable"
                fields = {"id": f"id: ID{mark}", "code": f"code: ID{mark}", "title": "title: String"}
                graph.types[org] = TypeDraft(f"type {org} @shareable", fields)
        for _ in range(rng.randint(2, 5)):
            self._leaf(name, graphs)

    def _leaf(self, name: str, graphs: list[GraphDraft]) -> None:
        rng = self._rng
        leaf, type_ = self._name("f"), self._of(name, rng.choice(_LEAVES))
        arguments = rng.choice([*_ARGUMENTS, *[""] * 6])
        hidden = " @inaccessible" if rng.random() < 0.07 else ""
        owners = [rng.choice(graphs)] if rng.random() < 0.7 else self._some(graphs)
        for graph in owners:
            shared = " @shareable" if len(owners) > 1 else ""
            graph.types[name].fields[leaf] = f"{leaf}{arguments}: {type_}{shared}{hidden}"
        others = [graph for graph in graphs if graph not in owners]
        if len(owners) == 1 and others and rng.random() < 0.1:
            label = f', label: "{LABEL}"' if rng.random() < 0.5 else ""
            taker = rng.choice(others)
            taker.types[name].fields[leaf] = f'{leaf}{arguments}: {type_} @override(from: "{owners[0].name}"{label})'
            owners = [taker]
        self._owned.setdefault(name, []).append((leaf, arguments, owners[0]))

    def _of(self, name: str, type_: str) -> str:
        """A field's type, which may have to be one that is null where a key is."""
        return type_.removesuffix("!") if name in self._nullable else type_

    def _givers(self, name: str) -> list[GraphDraft]:
        """The subgraphs whose fields may lead to a type."""
        return self._given.get(name, self._where[name])

    def _references(self, name: str, targets: list[str]) -> None:
        rng = self._rng
        for _ in range(rng.randint(1, 3)):
            target = rng.choice(targets)
            graphs = [g for g in self._where[name] if g in self._givers(target)]
            if not graphs:
                continue
            field_name = self._name("r")
            lists = (f"[{target}]", f"[{target}!]!", f"[[{target}]!]")
            type_ = self._of(name, rng.choice([target, target, f"{target}!", *lists]))
            owners = [rng.choice(graphs)] if rng.random() < 0.75 else self._some(graphs)
            for graph in owners:
                marks = " @shareable" if len(owners) > 1 else ""
                if rng.random() < 0.35:
                    marks += self._provides(graph, target)
                graph.types[name].fields[field_name] = f"{field_name}: {type_}{marks}"

    def _provides(self, graph: GraphDraft, target: str) -> str:
        provided = self._provided(graph, target, 3)
        return f' @provides(fields: "{provided}")' if provided else ""

    def _provided(self, graph: GraphDraft, target: str, depth: int) -> str:
        """Fields of other subgraphs at a type or below it, by type where it is abstract; "" where there are none."""
        rng = self._rng
        if target not in self._entities:
            members = [member for member in _members(graph, target) if member in self._entities and depth]
            parts = [(member, self._provided(graph, member, depth - 1)) for member in self._some(members, 0)]
            return " ".join(f"... on {member} {{ {part} }}" for member, part in parts if part)
        onward = [name for name in graph.types[target].fields if name.startswith("r") and depth]
        if onward and rng.random() < 0.4:
            name = rng.choice(onward)
            line = graph.types[target].fields[name]
            part = "" if "@external" in line else self._provided(graph, _named(line), depth - 1)
            return f"{name} {{ {part} }}" if part else ""
        foreign = [owned for owned in self._foreign(graph, target) if not owned[1]]
        if not foreign:
            return ""
        leaf, _, owner = rng.choice(foreign)
        self._external(graph, target, leaf, owner)
        if "@shareable" not in owner.types[target].fields[leaf]:
            owner.types[target].fields[leaf] += " @shareable"
        return leaf

    def _foreign(self, graph: GraphDraft, name: str) -> list[tuple[str, str, GraphDraft]]:
        return [
            owned
            for owned in self._owned.get(name, ())
            if owned[2] is not graph and "@external" in graph.types[name].fields.get(owned[0], "@external")
        ]

    def _external(self, graph: GraphDraft, name: str, leaf: str, owner: GraphDraft) -> None:
        line = owner.types[name].fields[leaf].split(" @")[0]
        graph.types[name].fields[leaf] = f"{line} @external"

    def _requires(self, name: str) -> None:
        rng = self._rng
        graph = rng.choice(self._where[name])
        foreign = self._foreign(graph, name)
        if not foreign:
            return
        picks = []
        for leaf, arguments, owner in rng.sample(foreign, min(len(foreign), rng.randint(1, 2))):
            self._external(graph, name, leaf, owner)
            picks.append(leaf + rng.choice(_ARGUMENTS[arguments]))
        if rng.random() < 0.3:
            picks += self._nested_pick(graph, name)
        field_name = self._name("q")
        required = " ".join(picks).replace('"', '\\"')
        graph.types[name].fields[field_name] = f'{field_name}: String @requires(fields: "{required}")'
        self._owned.setdefault(name, []).append((field_name, "", graph))

    def _nested_pick(self, graph: GraphDraft, name: str) -> list[str]:
        """A leaf below a field of another subgraph."""
        others = [other for other in self._graphs if other is not graph and name in other.types]
        fields = [(field, line) for other in others for field, line in other.types[name].fields.items()]
        self._rng.shuffle(fields)
        for field_name, line in fields:
            if not field_name.startswith("r") or "@external" in line or field_name in graph.types[name].fields:
                continue
            picks = self._pick_below(graph, _named(line))
            if picks:
                graph.types[name].fields[field_name] = f"{line.split(' @')[0]} @external"
                return [f"{field_name} {{ {picks} }}"]
        return []

    def _pick_below(self, graph: GraphDraft, target: str) -> str:
        """A leaf of a type that the subgraph knows, by type where it is abstract."""
        rng = self._rng
        if target in self._entities or target in self._values:
            known = graph.types[target].fields if target in graph.types else {}
            leaves = [leaf for leaf, line in known.items() if leaf[0] in "vfi" and "(" not in line]
            return rng.choice([*leaves, "__typename"])
        parts = [(member, self._pick_below(graph, member)) for member in self._some(_members(graph, target), 0)]
        picks = [f"... on {member} {{ {part} }}" for member, part in parts if part]
        return " ".join([*(["__typename"] if rng.random() < 0.3 else []), *picks])

    def _context(self) -> None:
        """An entity below another one, with an argument that is taken from there."""
        rng = self._rng
        fit = [name for name in self._entities if name not in self._nullable]
        if not fit:
            return
        above = rng.choice(fit)
        graph, *others = rng.sample(self._where[above], len(self._where[above]))
        value, link, own = self._name("k"), self._name("c"), self._name("f")
        draft = graph.types[above]
        draft.head += ' @context(name: "above")'
        draft.fields[value] = f"{value}: {rng.choice(['String', 'String!'])}"
        draft.fields[link] = f"{link}: {rng.choice(['Below', '[Below!]', 'Below!'])}"
        argument = f'from: String @fromContext(field: "$above {{ {value} }}")'
        more = rng.choice(["", "n: Int = 3, "])
        fields = {"id": "id: ID!", own: f"{own}({more}{argument}): String"}
        graph.types["Below"] = TypeDraft('type Below @key(fields: "id")', fields)
        if others and rng.random() < 0.6:
            plain = self._name("f")
            others[0].types["Below"] = TypeDraft(
                'type Below @key(fields: "id")', {"id": "id: ID!", plain: f"{plain}: {rng.choice(_LEAVES)}"}
            )

    def _mutations(self, targets: list[str]) -> None:
        """Mutations of any subgraph, some of which several can take."""
        rng = self._rng
        for _ in range(rng.randint(2, 5)):
            target = rng.choice([*targets, "Int", "String"])
            graphs = self._givers(target) if target in self._where else self._graphs
            if not graphs:
                continue
            owners = [rng.choice(graphs)] if rng.random() < 0.5 else self._some(graphs)
            name = self._name("m")
            for graph in owners:
                shared = " @shareable" if len(owners) > 1 else ""
                graph.types.setdefault("Mutation", TypeDraft("type Mutation"))
                graph.types["Mutation"].fields[name] = f"{name}(n: Int = 1): {target}{shared}"

    def _subscriptions(self, targets: list[str]) -> None:
        """Subscriptions whose events hold objects that other subgraphs know more of."""
        rng = self._rng
        for _ in range(rng.randint(1, 3)):
            target = rng.choice(targets)
            graphs = self._givers(target)
            if not graphs:
                continue
            name, type_ = self._name("e"), rng.choice([target, target, f"[{target}!]"])
            draft = rng.choice(graphs).types.setdefault("Subscription", TypeDraft("type Subscription"))
            draft.fields[name] = f"{name}(n: Int = 1): {type_}"

    def _interfaces(self) -> list[str]:
        rng = self._rng
        found = []
        for number in range(rng.randint(0, 2)):
            name = f"I{number}"
            members = rng.sample(self._entities, rng.randint(1, len(self._entities)))
            shared = self._name("i")
            for member in members:
                graphs = self._where[member]
                owners = self._some(graphs) if rng.random() < 0.5 else graphs
                for graph in owners:
                    graph.types[member].fields[shared] = f"{shared}: String @shareable"
            graphs = self._where[name] = self._some(self._graphs)
            for graph in graphs:
                lines = [f"{shared}: String"]
                own = [m for m in members if graph in self._givers(m) and shared in graph.types[m].fields]
                own = [m for m in own if rng.random() < 0.85] or own[:1]
                if own and all("id" in graph.types[m].fields for m in own) and rng.random() < 0.7:
                    lines.append("id: ID" if self._nullable.intersection(members) else "id: ID!")
                if not own:
                    self._where[name] = [g for g in self._where[name] if g is not graph]
                    continue
                graph.types[name] = TypeDraft(f"interface {name}", {line: line for line in lines})
                for member in own:
                    self._implement(graph.types[member], name)
            if self._where[name]:
                found.append(name)
                if rng.random() < 0.5:
                    found += self._narrower(name)
        return found

    def _narrower(self, interface: str) -> list[str]:
        """An interface that implements another one, for some of its objects, in some of the subgraphs that have it."""
        rng = self._rng
        name, own = f"{interface}{interface}", self._name("j")
        graphs = self._where[name] = []
        known = {member for graph in self._where[interface] for member in _implementing(graph, interface)}
        chosen = rng.sample(sorted(known), rng.randint(1, len(known)))
        for graph in self._some(self._where[interface]):
            members = [member for member in _implementing(graph, interface) if member in chosen]
            if not members:
                continue
            graphs.append(graph)
            draft = graph.types[name] = TypeDraft(f"interface {name}", dict(graph.types[interface].fields))
            self._implement(draft, interface)
            if rng.random() < 0.6:
                draft.fields[own] = f"{own}: String"
                for member in members:
                    graph.types[member].fields[own] = f"{own}: String @shareable"
            for member in members:
                self._implement(graph.types[member], name)
        return [name] if graphs else []

    def _implement(self, draft: TypeDraft, interface: str) -> None:
        words = draft.head.split(" ", 2)
        head = f"{words[0]} {words[1]}"
        rest = words[2] if len(words) > 2 else ""
        if rest.startswith("implements "):
            draft.head = f"{head} implements {interface} & {rest.removeprefix('implements ')}"
        else:
            draft.head = f"{head} implements {interface} {rest}"

    def _unions(self) -> list[str]:
        rng = self._rng
        if rng.random() < 0.5:
            return []
        name = "U0"
        self._where[name] = []
        for graph in self._some(self._graphs):
            members = [m for m in (*self._entities, *self._values) if graph in self._givers(m)]
            if members:
                chosen = rng.sample(members, rng.randint(1, len(members)))
                graph.others.append(f"union {name} = {' | '.join(chosen)}")
                self._where[name].append(graph)
        return [name] if self._where[name] else []

    def _interface_object(self) -> None:
        """An interface entity in one subgraph, with all its implementations; an object in others."""
        rng = self._rng
        home, *others = self._some(self._graphs, 2)
        name = "N"
        plain, extra = self._name("n"), self._name("x")
        home.types[name] = TypeDraft(f'interface {name} @key(fields: "id")', {"id": "id: ID!", plain: f"{plain}: Int"})
        for member in ("NA", "NB"):
            own = self._name("m")
            fields = {"id": "id: ID!", plain: f"{plain}: Int", own: f"{own}: String"}
            home.types[member] = TypeDraft(f'type {member} implements {name} @key(fields: "id")', fields)
            if rng.random() < 0.4:
                more = self._name("m")
                graph = rng.choice(others)
                graph.types[member] = TypeDraft(
                    f'type {member} @key(fields: "id")', {"id": "id: ID!", more: f"{more}: String"}
                )
                if graph is not others[0]:
                    continue
                others = [g for g in others if g is not graph] or others
        home.types["Query"].fields["ns"] = f"ns: [{name}]"
        for graph in others:
            if "NA" in graph.types or "NB" in graph.types:
                continue
            fields = {"id": "id: ID!", extra: f"{extra}: String @shareable"}
            if rng.random() < 0.5:
                fields[plain] = f"{plain}: Int @external"
                needs = self._name("q")
                fields[needs] = f'{needs}: String @requires(fields: "{plain}")'
            own = self._name("x")
            fields[own] = f"{own}(n: Int = 2): Int"
            graph.types[name] = TypeDraft(f'type {name} @key(fields: "id") @interfaceObject', fields)
            root = self._name("ns")
            graph.types["Query"].fields[root] = f"{root}: {rng.choice([name, f'[{name}]'])}"

    def _roots(self, targets: list[str]) -> None:
        rng = self._rng
        for target in targets:
            graphs = self._givers(target)
            if not graphs:
                continue
            owners = [rng.choice(graphs)] if rng.random() < 0.7 else self._some(graphs)
            root = self._name("q")
            type_ = rng.choice([target, f"[{target}]", f"[{target}!]"])
            for graph in owners:
                shared = " @shareable" if len(owners) > 1 else ""
                graph.types["Query"].fields[root] = f"{root}: {type_}{shared}"


def _implementing(graph: GraphDraft, interface: str) -> list[str]:
    """The types that implement an interface in a subgraph."""
    return [name for name, draft in graph.types.items() if re.search(rf"(implements|&) {interface}\b", draft.head)]


def _members(graph: GraphDraft, abstract: str) -> list[str]:
    """The types of an interface or a union in a subgraph."""
    unions = [line.split(" = ")[1].split(" | ") for line in graph.others if line.startswith(f"union {abstract} ")]
    return [*_implementing(graph, abstract), *(member for union in unions for member in union)]


def _named(line: str) -> str:
    """The named type of a field without arguments."""
    return line.split(": ")[1].split(" ")[0].strip("[]!")
