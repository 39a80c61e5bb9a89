"""Logging of every process: readable text or JSON lines on stderr, levels by logger, request ids, and no secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self, TextIO

import orjson
from pydantic import Field, field_validator

from hanse_wire.request_id import request_id
from hanse_wire.settings import Settings, environment, refuse_unknown_variables

PREFIX = "HANSE_LOG_"
ACCESS = "hanse.access"  # the logger of the access log
_LEVELS = ("debug", "info", "warning", "error", "critical")
_QUIET = {  # libraries that write much at the usual level
    "aiokafka": "error",
    "aiosqlite": "warning",
    "alembic": "warning",
    "asyncio": "warning",
    "botocore": "warning",
}
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_WORDS = r"password|passwd|secret|token|api[_-]?key|cookie|credential|signature"
_SECRET_NAME = re.compile(rf"(?i){_SECRET_WORDS}|authorization")
_SECRETS = (
    # The whole value of a header with credentials: to the closing quote, else to the end of the line.
    (re.compile(r"(?i)\b((?:authorization|cookie)[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\r\n\"']+)"), r"\1***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 ***"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "***"),  # a JWT
    # The password in a URL, which may hold "/" and "@"; digits and a slash are a port and a path.
    (re.compile(r"(://[^\s/:@\"']*:)(?!\d+[/?#])[^\s\"'<>]{0,1024}@"), r"\1***@"),
    (re.compile(r"(://)[^\s/:@?#\"']+@"), r"\1***@"),  # a credential alone in a URL
    (
        re.compile(
            rf"(?i)\b([\w-]{{0,64}}(?:{_SECRET_WORDS})[\w-]{{0,64}}[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&}}\"']+)"
        ),
        r"\1***",
    ),
)


class LogSettings(Settings):
    """The settings of logging: `HANSE_LOG_FORMAT` and `HANSE_LOG_LEVEL` in the environment."""

    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="`text`, `json`, or `auto`: text on a terminal, else JSON."
    )
    level: str = Field(
        default="info",
        description="The level, and levels of loggers: `warning,hanse_router.planner=debug`.",
    )

    @field_validator("level")
    @classmethod
    def _known_levels(cls, value: str) -> str:
        for part in value.split(","):
            level = part.rpartition("=")[2].strip().lower()
            if level not in _LEVELS:
                raise ValueError(f"{level!r} is not a level: use {', '.join(_LEVELS)}")
        return value

    @classmethod
    def load(cls) -> Self:
        """The settings from the environment. Raises SettingsError."""
        refuse_unknown_variables(cls, PREFIX)
        return cls.from_layers([environment(cls, PREFIX)])

    @property
    def levels(self) -> dict[str, str]:
        """The level of each logger that is named; that of all others under an empty name."""
        named = dict(_QUIET)
        for part in self.level.split(","):
            name, _, level = part.strip().rpartition("=")
            named[name] = level.lower()
        return named


def configure_logging(settings: LogSettings | None = None, out: TextIO | None = None) -> None:
    """Send the logs of this process to stderr (or `out`). Call it once, at the start of a command.

    Raises SettingsError if a setting in the environment is wrong.
    """
    settings = settings or LogSettings.load()
    handler: logging.StreamHandler[TextIO] = logging.StreamHandler(out) if out is not None else _StderrHandler()
    as_text = settings.format == "text" or (settings.format == "auto" and handler.stream.isatty())
    handler.setFormatter(TextFormatter() if as_text else JsonFormatter())
    handler.addFilter(_is_no_cancellation)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("INFO")
    for name, level in settings.levels.items():
        logging.getLogger(name or None).setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)


def redact(text: str) -> str:
    """The text without tokens, passwords and cookies."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Whether a record tells of more than a cancelled task: pools log one that holds a connection as an error."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, asyncio.CancelledError) and record.name.startswith("sqlalchemy.pool"))


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stderr` is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class JsonFormatter(logging.Formatter):
    """A record as a line of JSON: time, level, logger, message, request_id, the `extra` fields, and the trace."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        entry: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if identifier := request_id.get():
            entry["request_id"] = identifier
        entry |= _extra(record)
        if record.exc_info:
            entry["trace"] = redact(self.formatException(record.exc_info))
        try:
            return orjson.dumps(entry, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        except TypeError:  # an integer of more than 64 bits, or half of a surrogate pair
            return json.dumps(entry, default=str)


class TextFormatter(logging.Formatter):
    """A record as a readable line: time, level, logger, message, `extra` as name=value, and the trace below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines with a trace, without the end."""
        extra = _extra(record)
        if identifier := request_id.get():
            extra["request_id"] = identifier
        parts = [_time(record), f"{record.levelname:<8}", record.name, redact(record.getMessage())]
        parts += [f"{name}={value}" for name, value in extra.items() if value is not None]
        line = _printable(" ".join(parts))
        return f"{line}\n{redact(self.formatException(record.exc_info))}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: _redacted(name, value) for name, value in vars(record).items() if name not in _STANDARD}


def _redacted(name: object, value: Any) -> Any:
    """The value of a field without secrets, also in nested values. Of a field named like a secret, nothing is left."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(name, str) and _SECRET_NAME.search(name):
        return "***"
    if isinstance(value, Mapping):
        return {inner: _redacted(inner, content) for inner, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(None, content) for content in value]
    return redact(str(value))


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _printable(text: str) -> str:
    """The text without characters that would break the line or control a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)
