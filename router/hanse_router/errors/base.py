"""The base of all errors, and the error of a defect."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from hanse_wire.request_id import request_id

log = logging.getLogger("hanse_router")


class RouterError(Exception):
    """A request that gets no data: `message` says what to do, `code` and `status` are stable."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        extensions: dict[str, Any] | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or self.code
        self.http_status = status or self.status
        self.extensions = extensions or {}
        self.headers = tuple(headers)

    @property
    def well_formed(self) -> bool:
        """Whether the request was one of GraphQL over HTTP: then `application/json` clients get status 200."""
        return False

    def formatted(self) -> list[dict[str, Any]]:
        """The `errors` of the GraphQL response."""
        return [{"message": self.message, "extensions": {**self.extensions, "code": self.error_code}}]


class InternalError(RouterError):
    """A fault of the router: clients see only an id, under which the log has the traceback."""

    def __init__(self, cause: BaseException) -> None:
        self.id = request_id.get() or uuid.uuid4().hex[:12]
        super().__init__(f"The router failed; its log has the reason under {self.id}.", extensions={"id": self.id})
        log.error("internal error %s", self.id, exc_info=cause)
