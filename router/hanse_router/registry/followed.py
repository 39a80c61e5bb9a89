"""One supergraph at a URL: what is in service of it, and how the next one is put in service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hanse_router.registry.acceptance import Acceptance, Served
from hanse_router.registry.client import Answer, RegistryClient
from hanse_router.registry.errors import SupergraphRefused
from hanse_schema.supergraph import InvalidSupergraphError
from hanse_wire.settings import SettingsError
from hanse_wire.supergraph_signature import SignatureError

Serve = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """Where supergraphs are read, and which are accepted."""

    client: RegistryClient
    acceptance: Acceptance


class FollowedSupergraph:
    """The supergraph of a variant, or of a feature branch of it."""

    def __init__(self, source: RegistrySource, url: str, serve: Serve, branch: str | None = None) -> None:
        """`serve` puts an SDL in service. It raises InvalidSupergraphError or SettingsError where it cannot."""
        self._source = source
        self._serve = serve
        self._branch = branch
        self.url = url
        self.served: Served | None = None

    async def follow(self) -> Answer | None:
        """Read it again. Returns the answer that is now in service, None where nothing changed.

        Raises SupergraphError; then the one in service stays.
        """
        answer = await self._source.client.read(self.url, self.served.etag if self.served is not None else None)
        return answer if answer is not None and await self.take(answer) else None

    async def take(self, answer: Answer) -> bool:
        """Put an answer in service. Returns whether it is new. Raises SupergraphRefused."""
        before = self.served
        try:
            accepted = await self._source.acceptance.check(answer, self._branch, before)
            if before is None or accepted.sha256 != before.sha256:
                await self._serve(answer.content.decode("utf-8"))
        except SignatureError as error:
            raise SupergraphRefused(f"{error} [{error.code}]") from error
        except UnicodeDecodeError as error:
            raise SupergraphRefused("it is not UTF-8") from error
        except (InvalidSupergraphError, SettingsError) as error:
            raise SupergraphRefused(f"it cannot be served: {error}") from error
        self.served = accepted
        return accepted != before
