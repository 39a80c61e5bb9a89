"""Optional parts: which extra of the distribution brings a module that is missing."""

from __future__ import annotations

MODULES = {
    "aiobotocore": "s3",
    "aiokafka": "kafka",
    "aiosqlite": "subgraph",
    "alembic": "subgraph",
    "asyncpg": "subgraph",
    "fastapi": "subgraph",
    "opentelemetry": "otlp",
    "redis": "redis",
    "sqlalchemy": "subgraph",
    "sqlmodel": "subgraph",
    "starlette": "subgraph",
    "strawberry": "subgraph",
    "uuid_utils": "subgraph",
}


def missing_extra(error: ModuleNotFoundError, what: str) -> str | None:
    """One line that says which extra `what` needs; None when the missing module belongs to no extra."""
    extra = MODULES.get((error.name or "").partition(".")[0])
    return extra and f'{what} needs the extra "{extra}": pip install "hanse[{extra}]"'
