"""A user of the pages: a browser without its drawing."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from tests.hanse.registry.servers import RunningRegistry

FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Reply:
    """A response: its status, headers and text."""

    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def location(self) -> str:
        """Where it leads to."""
        return self.headers["location"]


class Visitor:
    """Sends requests with the cookie of its session, and follows no redirects."""

    def __init__(self, registry: RunningRegistry, key: str = "") -> None:
        """Signs in with an API key, unless it is empty."""
        self._address = urlsplit(registry.url).netloc
        self.cookie = ""
        if key:
            assert self.sign_in(key).status == 303

    def sign_in(self, key: str, next: str = "/") -> Reply:
        """Send the form to sign in."""
        reply = self.post("/sign-in", key=key, next=next)
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply

    def get(self, path: str) -> Reply:
        """Load a page."""
        return self._send("GET", path, None, {})

    def page(self, path: str) -> str:
        """The text of a page that has to exist."""
        reply = self.get(path)
        assert reply.status == 200, reply.text
        return reply.text

    def form_token(self) -> str:
        """The token of the session's forms, as the pages have it."""
        found = FORM_TOKEN.search(self.page("/"))
        assert found is not None
        return found[1]

    def post(self, path: str, *, site: str = "same-origin", **fields: str) -> Reply:
        """Send a form from a page of a site."""
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site}
        return self._send("POST", path, urlencode(fields), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
        connection = HTTPConnection(self._address, timeout=30)
        try:
            connection.request(method, path, body, headers | ({"cookie": self.cookie} if self.cookie else {}))
            reply = connection.getresponse()
            return Reply(
                reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read().decode()
            )
        finally:
            connection.close()
