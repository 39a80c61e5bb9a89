"""Typed settings, in layers: overrides, the environment, files, defaults. For the router and for subgraphs.

Each message names the setting that is wrong, and no message repeats a value: it may be a secret.
"""

from __future__ import annotations

import difflib
import os
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as EnvironmentFault

Location = tuple[int | str, ...]
Values = Mapping[str, Any]
DELIMITER = "__"  # between the levels of a setting in the name of an environment variable

# Settings of subgraphs whose variables begin like those of the router.
SUBGRAPH_VARIABLES = frozenset(("HANSE_ROUTER_JWKS_URL", "HANSE_ROUTER_ISSUER"))


class SettingsError(Exception):
    """A setting is wrong. The message is one line: which setting, and what to do."""


def dotted(location: Location) -> str:
    """The name of a setting in a file: `limits.max_depth`."""
    return ".".join(str(part) for part in location)


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one source. `source` and `name` say in messages where a setting is, and what it is called there."""

    values: Values
    source: str = "the settings"
    name: Callable[[Location], str] = field(default=dotted)

    def has(self, location: Location) -> bool:
        """Whether this source gives the setting, or the section it is in."""
        values: Any = self.values
        for part in location:
            if not isinstance(values, Mapping) or part not in values:
                return not isinstance(values, Mapping)
            values = values[part]
        return True


class Settings(BaseSettings):
    """The base of all settings. A subclass reads its layers in `load` with `from_layers`."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only from the layers."""
        return (init_settings,)

    @classmethod
    def from_layers(cls, layers: Sequence[Layer]) -> Self:
        """The settings of the layers; the first layer that gives a setting wins. Raises SettingsError."""
        merged: Values = {}
        for layer in reversed(layers):
            merged = merge(merged, layer.values)
        try:
            return cls(**merged)
        except ValidationError as error:
            raise SettingsError(_explain(cls, error, layers)) from error


def environment(model: type[BaseSettings], prefix: str) -> Layer:
    """The settings of a model in the environment: `<prefix>A__B` for `a.b`. Raises SettingsError."""
    source = EnvSettingsSource(model, env_prefix=prefix, env_nested_delimiter=DELIMITER)
    try:
        values = source()
    except EnvironmentFault as error:
        raise SettingsError(f"the environment: {error}; lists and maps are given as JSON") from error
    return Layer(values, "the environment", lambda location: variable(prefix, location))


def variable(prefix: str, location: Location) -> str:
    """The environment variable of a setting."""
    return prefix + DELIMITER.join(str(part) for part in location).upper()


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file of settings. Raises SettingsError."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold settings by name, not a {type(values).__name__}")
    return values


def merge(base: Values, over: Values) -> dict[str, Any]:
    """The values of both, section by section; those of `over` win."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def refuse_unknown_variables(model: type[BaseModel], prefix: str, *, allowed: Collection[str] = ()) -> None:
    """Raises SettingsError if an environment variable with the prefix names no setting, and is not `allowed`."""
    known = [variable(prefix, tuple(key.split("."))) for key in all_keys(model)]
    for name in os.environ:
        upper = name.upper()
        if not upper.startswith(prefix) or upper in allowed or any(_is_or_holds(one, upper) for one in known):
            continue
        near = difflib.get_close_matches(upper, known, 1)
        advice = f"did you mean {near[0]}?" if near else f"unset it, or use one of {', '.join(sorted(known))}"
        raise SettingsError(f"unknown setting {name} in the environment: {advice}")


def refuse_misspelt_variables(names: Collection[str]) -> None:
    """Raises SettingsError if an environment variable is nearly, but not exactly, one of the names."""
    for name in os.environ:
        upper = name.upper()
        if not upper.startswith("HANSE_") or upper in names:
            continue
        if any(upper.endswith(known.removeprefix("HANSE")) for known in names):
            continue  # the same setting of one subgraph
        if near := difflib.get_close_matches(upper, names, 1, cutoff=0.9):
            raise SettingsError(f"unknown setting {name} in the environment: did you mean {near[0]}?")


def all_keys(model: type[BaseModel]) -> list[str]:
    """The dotted names of all settings; of a map by name, the map's."""
    return [key for key, _ in leaves(model)]


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, tuple[type[BaseModel], str]]]:
    """Each setting's dotted name with the model and the field that hold it, sections included."""
    for name, info in model.model_fields.items():
        section = as_model(info.annotation)
        if section is not None and type(None) not in typing.get_args(info.annotation):
            yield from leaves(section, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", (model, name)


def as_model(annotation: object) -> type[BaseModel] | None:
    """The model that an annotation holds, alone or with None; None for a map, a list or a plain value."""
    options = typing.get_args(annotation) if typing.get_origin(annotation) not in (dict, tuple) else ()
    for option in (annotation, *options):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _is_or_holds(known: str, name: str) -> bool:
    """Whether a variable is that setting, an entry of it (of a map), or a section with it as JSON."""
    return name == known or name.startswith(f"{known}{DELIMITER}") or known.startswith(f"{name}{DELIMITER}")


def _explain(model: type[BaseModel], error: ValidationError, layers: Sequence[Layer]) -> str:
    """One fault of a validation in one line: an unknown setting, which explains a missing one, or the first fault."""
    faults = error.errors()
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    location = fault["loc"]
    layer = next((one for one in layers if one.has(location)), layers[-1])
    name = layer.name(location)
    if fault["type"] != "extra_forbidden":
        message = fault["msg"].removeprefix("Value error, ")
        return f"{layer.source}: setting {name}: {message[:1].lower()}{message[1:]}"
    return f"{layer.source}: unknown setting {name}: {_suggestion(model, location, layer)}"


def _suggestion(model: type[BaseModel], location: Location, layer: Layer) -> str:
    parent, name = location[:-1], str(location[-1])
    siblings = sorted(_model_at(model, parent).model_fields)
    if near := difflib.get_close_matches(name, siblings, 1):
        return f"did you mean {layer.name((*parent, near[0]))}?"
    keys = all_keys(model)
    near = [key for key in keys if key.rpartition(".")[2] == name] or difflib.get_close_matches(name, keys, 1)
    if near:
        return f"did you mean {layer.name(tuple(near[0].split('.')))}?"
    return f"known here are {', '.join(siblings)}"


def _model_at(model: type[BaseModel], path: Location) -> type[BaseModel]:
    found: type[BaseModel] = model
    annotation: object = model
    for part in path:
        section = as_model(annotation)
        if section is not None and str(part) in section.model_fields:
            annotation = section.model_fields[str(part)].annotation
        else:  # a name in a map, or an index in a list
            arguments = typing.get_args(annotation) or (model,)
            annotation = arguments[0] if typing.get_origin(annotation) is tuple else arguments[-1]
        found = as_model(annotation) or found
    return found
