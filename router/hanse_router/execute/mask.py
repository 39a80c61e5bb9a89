"""Masks the errors of subgraphs: clients get what is made for clients, the log gets the rest.

The router's own errors have no subgraph in their extensions, and pass. Stack traces never pass.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from hanse_router.execute.errors import (
    INVALID_VALUE,
    LOST_RESULT,
    MALFORMED,
    MISSING_ENTITY,
    SUBGRAPH_ERROR,
    Error,
)
from hanse_router.settings_errors import ErrorSettings
from hanse_router.transports.errors import TransportError
from hanse_wire.request_id import request_id

log = logging.getLogger("hanse_router.subgraph_errors")

MAX_LOGGED = 20  # different errors of one response
MAX_LOGGED_CHARACTERS = 2_000  # of one error
MAX_DEPTH = 8  # of extensions
_TRACE_NAMES = frozenset({"stacktrace", "stack", "traceback", "trace", "exception", "debug", "debugmessage"})
_TRACE = re.compile(r"Traceback \(most recent call last\)|\n\s+at \S|\n\s+File \"[^\"\n]+\", line \d+")


def _transport_codes(kind: type[TransportError] = TransportError) -> set[str]:
    found = {str(kind.code)} if "code" in vars(kind) else set()
    return found.union(*(_transport_codes(one) for one in kind.__subclasses__()))


# Codes that tell nothing of a subgraph but that it failed.
_KEPT_CODES = frozenset(
    {*_transport_codes(), MALFORMED, MISSING_ENTITY, INVALID_VALUE, LOST_RESULT, "INTERNAL_SERVER_ERROR"}
)


class ErrorMask:
    """Masks the errors of responses as the settings say."""

    def __init__(self, settings: ErrorSettings) -> None:
        self._all = settings.mask == "all"
        self._by_name = settings.mask if isinstance(settings.mask, dict) else None
        self._codes = frozenset(settings.codes)
        self._extensions = frozenset((*settings.extensions, "code", "subgraph"))

    def apply(self, errors: Sequence[Error]) -> list[Error]:
        """The errors as clients get them. What is masked is logged under the request's id."""
        logged: set[tuple[str, str, str]] = set()
        shown: list[Error] = []
        for error in errors:
            extensions = error["extensions"]
            subgraph, code = extensions.get("subgraph"), extensions["code"]
            if not isinstance(subgraph, str):
                shown.append(error)
            elif not self._masks(subgraph):
                shown.append(_without_trace(error))
            elif isinstance(code, str) and code in self._codes:
                allowed = {name: value for name, value in extensions.items() if name in self._extensions}
                shown.append(_without_trace({**error, "extensions": allowed}))
            else:
                _log(error, subgraph, logged)
                shown.append(_masked(error, subgraph, code))
        return shown

    def _masks(self, subgraph: str) -> bool:
        return self._all or (self._by_name is not None and self._by_name.get(subgraph, True))


def _masked(error: Error, subgraph: str, code: object) -> Error:
    identifier = request_id.get()
    masked: Error = {"message": f"The subgraph failed; the router's log has the reason under {identifier}."}
    if "path" in error:
        masked["path"] = error["path"]
    kept = code if isinstance(code, str) and code in _KEPT_CODES else SUBGRAPH_ERROR
    masked["extensions"] = {"code": kept, "subgraph": subgraph, "id": identifier}
    return masked


def _log(error: Error, subgraph: str, logged: set[tuple[str, str, str]]) -> None:
    message, code = str(error["message"])[:MAX_LOGGED_CHARACTERS], str(error["extensions"]["code"])[:100]
    key = (subgraph, code, message)
    if key in logged or len(logged) >= MAX_LOGGED:
        return
    logged.add(key)
    log.warning("subgraph %s reported %s: %s", subgraph, code, message)


def _without_trace(error: Error) -> Error:
    """The error without stack traces, in its extensions and its message."""
    extensions: dict[str, Any] = error["extensions"]
    message = error["message"]
    found = _TRACE.search(message) if isinstance(message, str) else None
    cleaned = {name: _cleaned(value, MAX_DEPTH) for name, value in extensions.items() if not _is_trace(name)}
    if found is None:
        return {**error, "extensions": cleaned}
    before = message[: found.start()].strip()
    return {**error, "message": before or "The subgraph reported an error.", "extensions": cleaned}


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if not _is_trace(name)} if depth else {}
        return {name: _cleaned(one, depth - 1) for name, one in kept.items()}
    if isinstance(value, list):
        return [_cleaned(one, depth - 1) for one in value] if depth else []
    return None if isinstance(value, str) and _TRACE.search(value) else value


def _is_trace(name: object) -> bool:
    return str(name).replace("_", "").lower() in _TRACE_NAMES
