"""The URL of a supergraph: a registry's, whose graph and variant it names, or any other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from hanse_wire.settings import SettingsError

_LINE = re.compile(r"(?P<base>.*/api/graphs/(?P<graph>[^/]+)/variants/(?P<variant>[^/]+?))(?:/supergraph)?/?")


def is_url(text: str) -> bool:
    """Whether a text is a URL that can be polled, and not the name of a file."""
    return text.lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class SupergraphUrl:
    """The URL that is polled. `base` is the registry's URL of the variant; None where it is no registry's."""

    url: str
    base: str | None = None
    graph: str | None = None
    variant: str | None = None

    @classmethod
    def parse(cls, text: str) -> SupergraphUrl:
        """The address in a URL, of a variant or of its supergraph. Raises SettingsError."""
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"--supergraph: {text!r} is no URL: write https://HOST/PATH, or name a file")
        if parts.username is not None or parts.password is not None:
            raise SettingsError("--supergraph: no user or password in the URL: give the key in supergraph.api_key")
        match = _LINE.fullmatch(parts.path)
        if match is None:
            return cls(urlunsplit(parts._replace(fragment="")))
        base = urlunsplit((parts.scheme, parts.netloc, match["base"], "", ""))
        return cls(f"{base}/supergraph", base, unquote(match["graph"]), unquote(match["variant"]))

    @property
    def usage(self) -> str | None:
        """Where usage reports are sent; None where it is no registry's URL."""
        return f"{self.base}/usage" if self.base is not None else None

    def of_branch(self, branch: str) -> str:
        """The URL of a feature branch's supergraph."""
        return f"{self.url}?branch={quote(branch, safe='')}"
