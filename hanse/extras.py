"""Optional parts: which extra of the distribution brings a module that is missing."""

from __future__ import annotations

MODULES = {
    "aiobotocore": "s3",
    "aiokafka": "kafka",
    "aiosqlite": "subgraph",
    "alembic": "subgraph",
    "asyncpg": "subgraph",
    "fastapi": "subgraph",
    "jinja2": "registry",
    "opentelemetry": "otlp",
    "redis": "redis",
    "sqlalchemy": "subgraph",
    "sqlmodel": "subgraph",
    "starlette": "subgraph",
    "strawberry": "subgraph",
    "uuid_utils": "subgraph",
}

COMMANDS = {"registry": "registry"}  # commands whose extra brings several of the modules


def missing_extra(error: ModuleNotFoundError, what: str, command: str | None = None) -> str | None:
    """One line that says which extra `what` needs; None when the missing module belongs to no extra.

    An extra of the command itself is named rather than that of the module.
    """
    extra = MODULES.get((error.name or "").partition(".")[0])
    if extra is not None:
        extra = COMMANDS.get(command or "", extra)
    return extra and f'{what} needs the extra "{extra}": pip install "hanse[{extra}]"'
