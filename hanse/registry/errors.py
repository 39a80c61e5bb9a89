"""The errors of the registry. Each has a stable code; a server sends it as `extensions.code`.

RegistryError
├── NotFound               NOT_FOUND: a graph, variant, version, branch, subgraph or check
├── AlreadyExists          ALREADY_EXISTS
├── InvalidInput           BAD_USER_INPUT
├── TooLarge               TOO_LARGE
├── CompositionFailed      COMPOSITION_FAILED, with the diagnostics
├── VersionConflict        VERSION_CONFLICT, with the current version
├── Unauthenticated        UNAUTHENTICATED
├── Forbidden              FORBIDDEN
├── StoreBroken            STORE_BROKEN: a stored file or a response that cannot be read
└── RegistryUnavailable    REGISTRY_UNAVAILABLE
"""

from __future__ import annotations

from collections.abc import Sequence

from hanse_schema.diagnostics import Diagnostic


class RegistryError(Exception):
    """An error for users of the registry. The message is one line: what is wrong, then what to do.

    `status` is the HTTP status with which a server sends it.
    """

    code = "REGISTRY_ERROR"
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(RegistryError):
    """A graph, variant, version, branch, subgraph or check does not exist."""

    code = "NOT_FOUND"
    status = 404


class AlreadyExists(RegistryError):
    """The name is in use."""

    code = "ALREADY_EXISTS"
    status = 409


class InvalidInput(RegistryError):
    """A name or an argument is invalid."""

    code = "BAD_USER_INPUT"
    status = 400


class TooLarge(RegistryError):
    """A schema, a report or a list is above its limit."""

    code = "TOO_LARGE"
    status = 413


class CompositionFailed(RegistryError):
    """The subgraphs do not compose. Nothing was written."""

    code = "COMPOSITION_FAILED"
    status = 422

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"the subgraphs do not compose, and nothing was written: {'; '.join(map(str, diagnostics))}")
        self.diagnostics = tuple(diagnostics)


class VersionConflict(RegistryError):
    """Another version was published since the base version. Nothing was written."""

    code = "VERSION_CONFLICT"
    status = 409

    def __init__(self, line: str, base: int, current: int) -> None:
        super().__init__(
            f"{line} is at version {current}, not {base}, and nothing was written: "
            f"check the schema against version {current} and retry with --base {current}"
        )
        self.line = line
        self.base = base
        self.current = current


class Unauthenticated(RegistryError):
    """The API key is missing, unknown, expired or revoked."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(RegistryError):
    """The API key does not have the right."""

    code = "FORBIDDEN"
    status = 403


class StoreBroken(RegistryError):
    """What the store holds, or the server answers, cannot be read."""

    code = "STORE_BROKEN"
    status = 500


class RegistryUnavailable(RegistryError):
    """The registry, or its database, cannot be reached."""

    code = "REGISTRY_UNAVAILABLE"
    status = 503
