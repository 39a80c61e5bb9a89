"""Errors in a response: the executor's own, and those of subgraphs at their response paths."""

from __future__ import annotations

from typing import Any

PathItem = str | int
ResponsePath = tuple[PathItem, ...]
Error = dict[str, Any]
LinkedPath = tuple[Any, ...]  # a response path as (path of the parent, key or index), () at the root: cheap to make

SUBGRAPH_ERROR = "DOWNSTREAM_SERVICE_ERROR"  # the code that clients of federated graphs know
MALFORMED = "SUBGRAPH_MALFORMED_RESPONSE"
MISSING_ENTITY = "SUBGRAPH_MISSING_ENTITY"
INVALID_VALUE = "SUBGRAPH_INVALID_VALUE"
NULL_IN_NON_NULL = "NULL_IN_NON_NULL_FIELD"
LOST_RESULT = "SUBGRAPH_RESULT_LOST"
TOO_LARGE = "RESPONSE_TOO_LARGE"
TOO_MANY_ERRORS = "TOO_MANY_ERRORS"


def path_of(path: LinkedPath) -> ResponsePath:
    """The response path of a linked path."""
    items: list[PathItem] = []
    while path:
        path, item = path
        items.append(item)
    return tuple(reversed(items))


def fetch_error(message: str, code: str, subgraph: str, path: ResponsePath | None) -> Error:
    """An error of a fetch that failed at `path`, or as a whole (None)."""
    error: Error = {"message": message}
    if path:
        error["path"] = list(path)
    error["extensions"] = {"code": code, "subgraph": subgraph}
    return error


def value_error(message: str, code: str, path: ResponsePath) -> Error:
    """An error found while the response was completed."""
    return {"message": message, "path": list(path), "extensions": {"code": code}}


def carried_error(error: dict[str, Any], subgraph: str, path: ResponsePath | None) -> Error:
    """A subgraph's error for the client: at its response path, with code and subgraph, without locations."""
    message = error.get("message")
    carried: Error = {"message": message if isinstance(message, str) else "The subgraph reported an error."}
    if path:
        carried["path"] = list(path)
    reported = error.get("extensions")
    extensions = dict(reported) if isinstance(reported, dict) else {}
    extensions.setdefault("code", SUBGRAPH_ERROR)
    extensions["subgraph"] = subgraph
    carried["extensions"] = extensions
    return carried
