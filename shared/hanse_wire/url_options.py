"""Options in the query of a URL that configures an adapter: `smtp://HOST?timeout=20`."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl

from hanse_wire.settings import SettingsError


class UrlOptionError(SettingsError):
    """An option is unknown, or its value is invalid. The message is one line and shows nothing else of the URL."""


class UrlOptions:
    """The options in a URL's query."""

    def __init__(self, query: str, names: Collection[str], *, url: str) -> None:
        """`names` are the options that exist; `url` names the URL in messages, such as "the mailer's URL".

        Raises UrlOptionError for an option that does not exist.
        """
        self._values = dict(parse_qsl(query, keep_blank_values=True))
        self._url = url
        if unknown := sorted(self._values.keys() - set(names)):
            raise UrlOptionError(f"unknown option {unknown[0]!r} in {url}: use one of {', '.join(names)}")

    def text(self, name: str) -> str | None:
        """The value of an option, None where the URL does not have it."""
        return self._values.get(name)

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """A value out of `choices`, None where the URL does not have the option. Raises UrlOptionError."""
        value = self._values.get(name)
        if value is not None and value not in choices:
            raise self.invalid(name, f"use one of {', '.join(choices)}")
        return value

    def seconds(self, name: str, default: float, *, maximum: float) -> float:
        """A number of seconds above 0. Raises UrlOptionError where it is no such number or above `maximum`."""
        value = self._values.get(name)
        if value is None:
            return default
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= maximum:
            raise self.invalid(name, f"use a number of seconds up to {maximum:g}")
        return seconds

    def invalid(self, name: str, remedy: str) -> UrlOptionError:
        """The error for an option whose value is invalid; `remedy` says what to write instead."""
        return UrlOptionError(f"invalid option {name}={self._values.get(name, '')} in {self._url}: {remedy}")
