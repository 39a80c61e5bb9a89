"""What a subgraph gets in its headers: the caller's token, and those of the client's headers that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hanse_router.execute.call import NO_HEADERS, no_headers
from hanse_router.identity.subgraph_tokens import SubgraphTokens
from hanse_router.request import RequestContext
from hanse_router.settings import HeaderRules, HeaderSettings
from hanse_wire.request_id import HEADER
from hanse_wire.settings import SettingsError
from hanse_wire.trace_context import Trace

# Headers of one connection (RFC 9110, 7.6.1), and those that describe the body or are made anew for each request.
_OWN = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "content-type",
        "content-encoding",
        "accept",
        "accept-encoding",
    ]
)


class SubgraphHeaders:
    """Makes the headers carried to each subgraph, after the settings."""

    def __init__(
        self,
        settings: HeaderSettings,
        tokens: SubgraphTokens | None,
        subgraphs: Iterable[str],
        *,
        trace_context: bool = False,
    ) -> None:
        """Raises SettingsError where a header cannot be carried."""
        self._tokens = tokens
        self._trace_context = trace_context
        self._rules = {
            name: rule
            for name in subgraphs
            if (rule := _rule(settings, name, with_token=tokens is not None)) is not None
        }
        self._adds_nothing = tokens is None and not trace_context and not self._rules

    @property
    def passed_on(self) -> tuple[str, ...]:
        """The names of all client headers that some subgraph gets."""
        return tuple(sorted({name for names, _ in self._rules.values() for name in names}))

    def bound(self, context: RequestContext) -> Callable[[str], Mapping[str, str]]:
        """The headers of one client request, by subgraph: names in lower case. The mappings may be shared."""
        if self._adds_nothing:
            return no_headers
        tokens = self._tokens
        made = tokens.of_caller(context) if tokens is not None else {}
        trace = Trace(context.headers) if self._trace_context else None

        def of(subgraph: str) -> Mapping[str, str]:
            identity = tokens.headers(subgraph, context, made) if tokens is not None else NO_HEADERS
            if trace is not None:
                identity = {**identity, **trace.child()}
            rule = self._rules.get(subgraph)
            if rule is None:
                return identity
            names, fixed = rule
            client = context.headers
            return {**{name: client[name] for name in names if name in client}, **fixed, **identity}

        return of


def _rule(
    settings: HeaderSettings, subgraph: str, *, with_token: bool
) -> tuple[tuple[str, ...], dict[str, str]] | None:
    own = settings.subgraphs.get(subgraph, HeaderRules())
    names = tuple(dict.fromkeys(name.lower() for name in (*settings.propagate, *own.propagate)))
    names = tuple(name for name in names if name != HEADER)  # the request id is always sent
    fixed = {name.lower(): value for name, value in {**settings.insert, **own.insert}.items()}
    for name in (*names, *fixed):
        if name in _OWN:
            raise SettingsError(f"setting headers: {name} is made anew for each request and cannot be carried")
        if name == "authorization" and with_token:
            raise SettingsError("setting headers: authorization carries the router's own token (see identity.enabled)")
    return (names, fixed) if names or fixed else None
