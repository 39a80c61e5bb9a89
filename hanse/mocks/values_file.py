"""The values of mocks that a user chooses: a YAML or a Python file.

seed: 1                      # another seed makes other data
list_size: 3                 # of lists without `first`, `last` or `limit`
scalars:
  Money: "9.50"              # a value of every field of this scalar; a list: one of them for each object
types:
  Product:
    name: [Lamp, Table]      # one of them for each product
    reviews: {size: 5}       # the size of a list
  Query:
    motd: Hello

A Python file has the same names. A value there may also be a function: it gets the object's known values, its key among
them, and returns the field's value.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hanse.yaml_file import read_model
from hanse_wire.command_line import CommandError

MAX_LIST = 1_000


class MockValues(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    list_size: int = Field(default=3, ge=0, le=MAX_LIST)
    scalars: dict[str, Any] = Field(default_factory=dict)
    types: dict[str, dict[str, Any]] = Field(default_factory=dict)


def read_values(path: Path) -> MockValues:
    """The values in a YAML file, or in a Python file (`.py`), which is run.

    Raises CommandError when it cannot be read, or does not have the form above.
    """
    if path.suffix != ".py":
        return read_model(path, MockValues)
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise CommandError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    given = {name: names[name] for name in MockValues.model_fields if name in names}
    try:
        return MockValues.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise CommandError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
