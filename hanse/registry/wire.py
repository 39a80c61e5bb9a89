"""How a server sends the errors of the registry, and how its client reads them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from hanse.registry.errors import (
    AlreadyExists,
    CompositionFailed,
    Forbidden,
    InvalidInput,
    NotFound,
    RegistryError,
    RegistryUnavailable,
    StoreBroken,
    TooLarge,
    Unauthenticated,
    VersionConflict,
)
from hanse_schema.diagnostics import Diagnostic

_DIAGNOSTICS = TypeAdapter(tuple[Diagnostic, ...])
_BY_CODE = {
    error.code: error
    for error in (
        AlreadyExists,
        Forbidden,
        InvalidInput,
        NotFound,
        RegistryUnavailable,
        StoreBroken,
        TooLarge,
        Unauthenticated,
    )
}


def error_json(error: RegistryError) -> dict[str, Any]:
    """An error as a server sends it."""
    extensions: dict[str, Any] = {"code": error.code}
    match error:
        case CompositionFailed():
            extensions["diagnostics"] = _DIAGNOSTICS.dump_python(error.diagnostics, mode="json")
        case VersionConflict():
            extensions |= {"line": error.line, "base": error.base, "current": error.current}
    return {"message": error.message, "extensions": extensions}


def error_from_json(value: Any) -> RegistryError:
    """The error that a server sent; StoreBroken where it is none of ours."""
    try:
        message, extensions = str(value["message"]), value["extensions"]
        match extensions["code"]:
            case CompositionFailed.code:
                return CompositionFailed(_DIAGNOSTICS.validate_python(extensions["diagnostics"]))
            case VersionConflict.code:
                return VersionConflict(str(extensions["line"]), int(extensions["base"]), int(extensions["current"]))
            case code if code in _BY_CODE:
                return _BY_CODE[code](message)
            case code:
                return StoreBroken(f"the registry answered {code}: {message}")
    except (KeyError, TypeError, ValueError, ValidationError):
        return StoreBroken("the registry answered an error that cannot be read: check its URL and its version")
