"""What is wrong with a setting, in one line that names it and the nearest name that exists."""

from __future__ import annotations

import difflib
import os
import typing
from collections.abc import Iterator

from pydantic import BaseModel, ValidationError

from hanse_router.errors import SettingsError

Location = tuple[int | str, ...]


def explain(model: type[BaseModel], error: ValidationError, source: str) -> str:
    """The first fault of a validation, in one line."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        said = fault["msg"].removeprefix("Value error, ")
        return f"{source}: setting {key}: {said[:1].lower()}{said[1:]} (given: {str(fault['input'])[:80]!r})"
    parent, name = fault["loc"][:-1], str(fault["loc"][-1])
    siblings = sorted(_model_at(model, parent).model_fields)
    near = difflib.get_close_matches(name, siblings, 1) or difflib.get_close_matches(name, all_keys(model), 1)
    if near and near[0] in siblings:
        near = [".".join((*(str(part) for part in parent), near[0]))]
    elif not near:
        near = [known for known in all_keys(model) if known.rpartition(".")[2] == name][:1]
    return f"{source}: unknown setting {key}: " + (
        f"did you mean {near[0]}?" if near else f"known here are {', '.join(siblings)}"
    )


def refuse_unknown_variables(model: type[BaseModel], prefix: str) -> None:
    """Look over the environment. Raises SettingsError where a variable with the prefix names no setting."""
    known = {prefix + key.upper().replace(".", "__"): key for key in all_keys(model)}
    for variable in os.environ:
        name = variable.upper()
        if not name.startswith(prefix) or any(_is_or_holds(key, name) for key in known):
            continue
        near = difflib.get_close_matches(name, known, 1)
        raise SettingsError(
            f"unknown setting {variable} in the environment: "
            + (f"did you mean {near[0]}?" if near else "unset it, or see the list of settings")
        )


def _is_or_holds(known: str, name: str) -> bool:
    """Whether a variable is that setting, an entry of it (where it is a map), or a section with it as JSON."""
    return name == known or name.startswith(f"{known}__") or known.startswith(f"{name}__")


def all_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """The dotted names of all settings; of a map by name, the map's."""
    return [key for key, _ in leaves(model, prefix)]


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, tuple[type[BaseModel], str]]]:
    """Each setting's dotted name with the model and the field that hold it; sections are walked into."""
    for name, field in model.model_fields.items():
        section = _as_model(field.annotation)
        if section is not None and type(None) not in typing.get_args(field.annotation):
            yield from leaves(section, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", (model, name)


def _model_at(model: type[BaseModel], path: Location) -> type[BaseModel]:
    found: type[BaseModel] = model
    annotation: object = model
    for part in path:
        section = _as_model(annotation)
        if section is not None and str(part) in section.model_fields:
            annotation = section.model_fields[str(part)].annotation
        else:  # a name in a map
            annotation = (typing.get_args(annotation) or (model,))[-1]
        found = _as_model(annotation) or found
    return found


def _as_model(annotation: object) -> type[BaseModel] | None:
    options = typing.get_args(annotation) if typing.get_origin(annotation) is not dict else ()
    for option in (annotation, *options):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None
