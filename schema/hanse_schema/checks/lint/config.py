"""The configuration of the linter: rules by preset, level and options, per subgraph and type.

preset: recommended            # or all, none
rules:
  FIELD_DESCRIPTION: error     # a level, or off
  LIST_UNBOUNDED:              # a level and options
    level: warning
    arguments: [first, last, limit]
overrides:                     # the last that applies to a finding wins
  - subgraphs: [legacy]        # names or patterns; all if missing
    types: ["*Payload", "Query.search"]   # types or schema coordinates; all if missing
    rules:
      FIELD_DESCRIPTION: off
"""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from graphql.pyutils import suggestion_list
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hanse_schema.checks.lint.rule import Options, Rule
from hanse_schema.checks.lint.rules import RULES
from hanse_schema.checks.report import Level

BY_CODE: dict[str, Rule[Any]] = {rule.code: rule for rule in RULES}


class RuleLevel(Enum):
    """The level of a rule in the configuration."""

    OFF = "off"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def level(self) -> Level | None:
        """The level of its findings; None if the rule is off."""
        return None if self is RuleLevel.OFF else Level(self.value)


class Preset(Enum):
    """The rules that are on without further configuration."""

    RECOMMENDED = "recommended"
    ALL = "all"
    NONE = "none"

    def level(self, rule: Rule[Any]) -> Level | None:
        """The level that it gives a rule."""
        match self:
            case Preset.NONE:
                return None
            case Preset.ALL:
                return rule.level or Level.NOTE
            case Preset.RECOMMENDED:
                return rule.level


class RuleSetting(BaseModel):
    """The level of a rule, its preset's if None, and its options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: RuleLevel | None = None
    options: Options = Options()


class Override(BaseModel):
    """Levels of rules for some subgraphs and types."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subgraphs: tuple[str, ...] = Field(default=("*",), min_length=1)
    types: tuple[str, ...] = Field(default=("*",), min_length=1)
    rules: dict[str, RuleLevel] = Field(min_length=1)

    @field_validator("rules", mode="before")
    @classmethod
    def _levels(cls, value: object) -> object:
        return {_known(code): _level(level) for code, level in value.items()} if isinstance(value, dict) else value

    def applies(self, subgraph: str, coordinate: str) -> bool:
        """Whether it is about an element of a subgraph."""
        owner = coordinate.partition(".")[0]
        return any(fnmatchcase(subgraph, pattern) for pattern in self.subgraphs) and any(
            fnmatchcase(owner, pattern) or fnmatchcase(coordinate, pattern) for pattern in self.types
        )


class LintConfig(BaseModel):
    """The whole configuration. An empty one is the preset `recommended`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Preset = Preset.RECOMMENDED
    rules: dict[str, RuleSetting] = Field(default_factory=dict)
    overrides: tuple[Override, ...] = ()

    @field_validator("rules", mode="before")
    @classmethod
    def _settings(cls, value: object) -> object:
        return (
            {_known(code): _setting(code, entry) for code, entry in value.items()} if isinstance(value, dict) else value
        )

    def level(self, rule: Rule[Any], subgraph: str, coordinate: str) -> Level | None:
        """The level of a rule's findings about an element; None if it is off there."""
        for override in reversed(self.overrides):
            if rule.code in override.rules and override.applies(subgraph, coordinate):
                return override.rules[rule.code].level
        return self.general_level(rule)

    def general_level(self, rule: Rule[Any]) -> Level | None:
        """The level of a rule where no override applies."""
        setting = self.rules.get(rule.code)
        if setting is None or setting.level is None:
            return self.preset.level(rule)
        return setting.level.level

    def is_on(self, rule: Rule[Any]) -> bool:
        """Whether a rule is on for any element."""
        return self.general_level(rule) is not None or any(
            override.rules.get(rule.code, RuleLevel.OFF) is not RuleLevel.OFF for override in self.overrides
        )

    def options(self, rule: Rule[Any]) -> Options:
        """The options of a rule."""
        setting = self.rules.get(rule.code)
        return rule.options() if setting is None else setting.options


def config_problem(error: ValidationError) -> str:
    """The first problem of an invalid configuration: where it is, and what is wrong."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _known(code: object) -> str:
    if isinstance(code, str) and code in BY_CODE:
        return code
    near = suggestion_list(str(code)[:100], list(BY_CODE))[:1]
    raise ValueError(f"there is no rule {code!r}" + "".join(f"; did you mean {one}?" for one in near))


def _level(value: object) -> object:
    return "off" if value is False else value  # YAML 1.1 reads `off` as false


def _setting(code: str, entry: object) -> RuleSetting:
    """A rule's entry: a level, or a mapping of `level` and the rule's options. Raises ValueError."""
    given: dict[Any, Any] = dict(entry) if isinstance(entry, dict) else {"level": entry}
    level = _level(given.pop("level", None))
    try:
        options = BY_CODE[code].options.model_validate(given)
        return RuleSetting(level=None if level is None else RuleLevel(level), options=options)
    except ValidationError as error:
        raise ValueError(f"{code}: {config_problem(error)}") from error
    except ValueError as error:
        levels = ", ".join(one.value for one in RuleLevel)
        raise ValueError(f"{code}: the level is one of {levels}, not {level!r}") from error
