"""Logs: their form, their levels, request ids, and no secrets."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse_wire.logging import LogSettings, configure_logging, redact
from hanse_wire.request_id import accept, request_id
from hanse_wire.settings import SettingsError

pytestmark = pytest.mark.usefixtures("restored_logging")


def lines_of(settings: LogSettings, write: Callable[[], None]) -> list[str]:
    out = io.StringIO()
    configure_logging(settings, out)
    write()
    return out.getvalue().splitlines()


def test_json_has_everything_in_fields() -> None:
    def write() -> None:
        request_id.set("r-1")
        try:
            raise ValueError("no")
        except ValueError:
            logging.getLogger("hanse_router.x").exception("fetch of %s failed", "users", extra={"subgraph": "users"})

    (line,) = lines_of(LogSettings(format="json"), write)
    entry = orjson.loads(line)
    assert {name: entry[name] for name in ("level", "logger", "message", "request_id", "subgraph")} == {
        "level": "error",
        "logger": "hanse_router.x",
        "message": "fetch of users failed",
        "request_id": "r-1",
        "subgraph": "users",
    }
    assert entry["time"].endswith("Z")
    assert entry["trace"].endswith("ValueError: no")
    request_id.set("")


@pytest.mark.parametrize(("error", "lines"), [(asyncio.CancelledError(), 0), (OSError("gone"), 1)])
def test_a_pool_does_not_log_that_its_user_was_cancelled(error: BaseException, lines: int) -> None:
    def write() -> None:
        logger = logging.getLogger("sqlalchemy.pool.impl.AsyncAdaptedQueuePool")
        logger.error("Exception during reset or similar", exc_info=error)

    assert len(lines_of(LogSettings(format="json"), write)) == lines


def test_json_takes_every_value() -> None:
    extra = {"large": 2**70, "half": "\ud800", "other": {None: 1.5}}
    (line,) = lines_of(LogSettings(format="json"), lambda: logging.getLogger("a").warning("odd", extra=extra))
    entry = json.loads(line)
    assert (entry["large"], entry["half"], entry["other"]) == (2**70, "\ud800", {"null": 1.5})


def test_text_has_time_level_and_logger() -> None:
    (line,) = lines_of(LogSettings(format="text"), lambda: logging.getLogger("a.b").warning("slow", extra={"ms": 3}))
    time, level, logger, message, extra = line.split()
    assert (level, logger, message, extra) == ("WARNING", "a.b", "slow", "ms=3")
    assert time.endswith("Z")


def test_levels_by_logger() -> None:
    def write() -> None:
        for name in ("hanse_router.planner", "hanse_router.store", "aiokafka.conn"):
            for level in (logging.DEBUG, logging.INFO, logging.WARNING):
                logging.getLogger(name).log(level, "said")

    lines = lines_of(LogSettings(format="text", level="warning,hanse_router.planner=debug"), write)
    assert [tuple(line.split()[1:3]) for line in lines] == [
        ("DEBUG", "hanse_router.planner"),
        ("INFO", "hanse_router.planner"),
        ("WARNING", "hanse_router.planner"),
        ("WARNING", "hanse_router.store"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HANSE_LOG_LEVEL", "loud", "setting HANSE_LOG_LEVEL: 'loud' is not a level"),
        ("HANSE_LOG_FORMAT", "xml", "setting HANSE_LOG_FORMAT"),
        ("HANSE_LOG_LEVL", "info", "did you mean HANSE_LOG_LEVEL?"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message.replace("?", "[?]")):
        configure_logging()


SECRETS = [
    "authorization: Bearer abc.def-ghi",
    "{'Authorization': 'Basic dXNlcjpwYXNz'}",
    "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl is expired",
    "cannot reach postgresql+asyncpg://hanse:hunter2@db:5432/users",
    "redis://:hunter2@redis:6379",
    'login(password: "hunter2")',
    "password=hunter2&x=1",
    '{"refreshToken": "hunter2"}',
    "api_key=hunter2",
    "Set-Cookie: session=hunter2",
    "Cookie: theme=dark; refresh=hunter2",
    "{'cookie': 'theme=dark; refresh=hunter2', 'accept': '*/*'}",
    "authorization: Token hunter2",
    "redis://:p/hunter2@redis:6379",
    "redis://user:p@hunter2@redis:6379",
    "https://hunter2@host/x",
    "https://bucket/key?X-Amz-Signature=hunter2&x=1",
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_written(text: str, form: str) -> None:
    def write() -> None:
        try:
            raise ValueError(text)
        except ValueError:
            logging.getLogger("a").exception("failed: %s", text, extra={"detail": text})

    said = "\n".join(lines_of(LogSettings(format=form), write))
    for secret in ("hunter2", "abc.def-ghi", "dXNlcjpwYXNz", "eyJhbGciOiJFZERTQSJ9", "c2lnbmF0dXJl"):
        assert secret not in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_nested_fields_hold_no_secret(form: str) -> None:
    extra = {"variables": {"password": "hunter2", "n": 1}, "headers": ["Bearer hunter2"], "client_secret": "hunter2"}
    (line,) = lines_of(LogSettings(format=form), lambda: logging.getLogger("a").info("sent", extra=extra))
    assert "hunter2" not in line
    assert "variables" in line


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/users/@me", "https://host/a@b", "postgresql://db:5432/users"])
def test_a_url_without_a_secret_is_kept(url: str) -> None:
    assert redact(f"cannot reach {url}") == f"cannot reach {url}"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["://a:", "a-", "cookie", "token", "basic ", "eyJ"])
def test_long_texts_are_redacted_in_linear_time(part: str) -> None:
    redact(part * (200_000 // len(part)))


@given(st.text())
def test_redaction_keeps_other_text(text: str) -> None:
    if not any(sign in text.lower() for sign in ("bearer", "basic", "eyj", "://", "=", ":")):
        assert redact(text) == text


@pytest.mark.parametrize("given", [None, "", "x" * 129, "a b", "a\nb", "\u00e4", "a;b"])
def test_an_id_that_is_not_harmless_is_replaced(given: str | None) -> None:
    first, second = accept(given), accept(given)
    assert given not in (first, second)
    assert first != second
    assert request_id.get() == second
    request_id.set("")


def test_the_clients_id_is_kept() -> None:
    assert accept("01JABC-7.x:y") == "01JABC-7.x:y"
    request_id.set("")
