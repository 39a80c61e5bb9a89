"""YAML files that a user writes, read into a model: every error names the line and column."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hanse_wire.command_line import CommandError

STDIN = Path("-")
_Model = TypeVar("_Model", bound=BaseModel)
_Location = Sequence[str | int]
_VARIABLE = re.compile(r"\$\{(env|file)\.([^}]*?)(?::-([^}]*))?\}")


def read_text(path: Path) -> str:
    """A text file's content, or that of stdin for `-`. Raises CommandError when it cannot be read as UTF-8."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read().decode("utf-8")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise CommandError(f"cannot read {shown(path)}: {reason}") from error


def shown(path: Path) -> str:
    """The name of a file in messages."""
    return "stdin" if path == STDIN else str(path)


def read_model(path: Path, model: type[_Model], *, variables: bool = False) -> _Model:
    """A YAML file as an instance of the model; `-` is stdin.

    With `variables`, `${env.NAME}`, `${env.NAME:-default}` and `${file.PATH}` in strings are replaced; a path is
    relative to the file.

    Raises CommandError when the file cannot be read, is not YAML, or does not match the model.
    """
    return parse_model(read_text(path), path, model, variables=variables)


def parse_model(text: str, path: Path, model: type[_Model], *, variables: bool = False) -> _Model:
    """The same of the text of a file."""
    loader = _Loader(text)
    loader.path, loader.variables = path, variables
    try:
        node = loader.get_single_node()
        document = None if node is None else loader.construct_document(node)
    except RecursionError as error:
        raise CommandError(f"{shown(path)} is nested too deeply") from error
    except yaml.YAMLError as error:
        raise CommandError(f"{shown(path)} is not valid YAML: {error}") from error
    finally:
        loader.dispose()
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise CommandError(f"{_place(path, node, first['loc'])}: {message}") from error


class _Loader(yaml.SafeLoader):
    """Loads YAML. Keys are text, however they are written; a duplicate key is an error; variables are replaced."""

    path = STDIN
    variables = False

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise CommandError(f"{_at(self.path, key)}: a key must be text")
            if key.value in seen:
                raise CommandError(f"{_at(self.path, key)}: duplicate key {key.value!r}")
            seen.add(key.value)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """The text of a scalar, with variables replaced. Raises CommandError for one without a value."""
        text = str(self.construct_scalar(node))
        return _VARIABLE.sub(lambda match: self._value(match, node), text) if self.variables else text

    def _value(self, variable: re.Match[str], node: yaml.Node) -> str:
        kind, name, default = variable.groups()
        try:
            return os.environ[name] if kind == "env" else self._file(name)
        except (KeyError, OSError, UnicodeDecodeError) as error:
            if default is not None:
                return str(default)
            what = f"the environment variable {name} is not set" if kind == "env" else f"cannot read the file: {error}"
            advice = f"set it, or write ${{env.{name}:-DEFAULT}}" if kind == "env" else "correct its path"
            raise CommandError(f"{_at(self.path, node)}: {what}: {advice}") from error

    def _file(self, name: str) -> str:
        base = Path() if self.path == STDIN else self.path.parent
        return (base / name).read_text(encoding="utf-8").rstrip("\n")


_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_text)


def _place(path: Path, root: yaml.Node | None, location: _Location) -> str:
    """`FILE:LINE:COLUMN: KEYS` of the node that a validation error is about, or of the last one that exists above."""
    node = root
    for part in location:
        below = node and _below(node, part)
        if below is None:
            break
        node = below
    keys = ".".join(str(part) for part in location)
    start = shown(path) if node is None else _at(path, node)
    return f"{start}: {keys}" if keys else f"{start}: the file"


def _below(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _at(path: Path, node: yaml.Node) -> str:
    return f"{shown(path)}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
