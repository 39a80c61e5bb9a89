"""Python source of one plan: functions written line by line, compiled together as one module.

The text holds only names made here. Everything that comes from a client, a subgraph or a schema is a constant in the
module's namespace.
"""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Raw, Struct
from msgspec.structs import fields

from hanse_router.execute.entities import encode

Lists = list[Any]  # lists that the functions of one execution share: objects found at a response path, batches
LACKING = 0  # the index in Lists of a flag: some object lacks a field because its entity was not fetched
MAX_SHARED = 1  # the index in Lists of a number: one representation stands for so many objects at most

_numbers = itertools.count(1)


class Fallback(Exception):
    """Raised when an execution meets something that only the general path handles."""


class Function:
    """The lines of one function."""

    def __init__(self, name: str, parameters: str, purpose: str) -> None:
        self._head = f"# {purpose}\ndef {name}({parameters}):"
        self._lines: list[str] = []

    def line(self, depth: int, text: str) -> None:
        """Add a line, indented `depth` times; the body of the function has depth 1."""
        self._lines.append("    " * depth + text)

    def text(self) -> str:
        """The function's source."""
        return "\n".join([self._head, *(self._lines or ["    pass"])])


class Source:
    """The functions of one plan and the constants that they use."""

    def __init__(self) -> None:
        self._functions: list[Function] = []
        self._constants: dict[str, Any] = {}

    def function(self, name: str, parameters: str, purpose: str) -> Function:
        """Add an empty function. Names must be unique; `purpose` becomes a comment."""
        made = Function(name, parameters, purpose)
        self._functions.append(made)
        return made

    def constant(self, value: Any) -> str:
        """The name of a constant in the module."""
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def compile(self) -> Module:
        """Compile what was written so far."""
        constants = [f"# {name} = {_shown(value)}" for name, value in self._constants.items()]
        parts = ["\n".join(constants)] if constants else []
        text = "\n\n\n".join([*parts, *(function.text() for function in self._functions)]) + "\n"
        return Module(text, self._constants)


class Module:
    """Compiled source. Tracebacks and debuggers show its lines, since `linecache` has them while it exists."""

    def __init__(self, text: str, constants: dict[str, Any]) -> None:
        self.text = text
        name = f"<hanse compiled plan {next(_numbers)}>"
        self._names: dict[str, Any] = {"UNSET": UNSET, "Raw": Raw, "Fallback": Fallback, "encode": encode, **constants}
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        weakref.finalize(self, linecache.cache.pop, name, None)
        exec(compile(text, name, "exec"), self._names)

    def __getitem__(self, name: str) -> Callable[..., Any]:
        """The function of this name."""
        function: Callable[..., Any] = self._names[name]
        return function


def _shown(value: Any) -> str:
    """A constant in one line of a comment."""
    if isinstance(value, frozenset):
        return f"frozenset({sorted(value)!r})"
    if isinstance(value, type) and issubclass(value, Struct):
        names = [repr(one.encode_name) for one in fields(value)]
        return f"{value.__name__}({', '.join([repr(value.__struct_config__.tag), *names])})"
    text = getattr(value, "__qualname__", None) or repr(value)
    return " ".join(str(text).split())
