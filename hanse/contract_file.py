"""The file of `hanse compose --contract`: a contract in YAML.

include: [public]              # if given: only elements with one of these tags
exclude: [internal]            # no elements with one of these tags
hide_unreachable_types: true   # the default
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from hanse.yaml_file import read_model
from hanse_schema.contracts import Contract


class ContractFile(BaseModel):
    """The content of the file. At least one tag is required."""

    model_config = ConfigDict(extra="forbid")

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    hide_unreachable_types: bool = True

    @model_validator(mode="after")
    def _any_tag(self) -> ContractFile:
        if not self.include and not self.exclude:
            raise ValueError("name a tag in `include` or `exclude`")
        return self


def read_contract(path: Path) -> Contract:
    """The contract in a YAML file. Raises CommandError when the file is missing or invalid."""
    file = read_model(path, ContractFile)
    return Contract(file.include, file.exclude, hide_unreachable_types=file.hide_unreachable_types)
