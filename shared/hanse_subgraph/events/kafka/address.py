"""The URL of a Kafka cluster: `kafka://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...][?OPTION=VALUE&...]`.

| option | |
|---|---|
| `security` | `PLAINTEXT`, `SSL`, `SASL_SSL` or `SASL_PLAINTEXT`; `SASL_SSL` where there is a user, else `PLAINTEXT` |
| `mechanism` | how the password is shown: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`; `PLAIN` |
| `ca_file` | certificates that vouch for the brokers; those of the system |
| `prefix` | what names of topics and groups begin with; `hanse.` |
| `timeout` | seconds that the cluster may take to answer; 10 |
| `session_timeout` | seconds until a consumer that says nothing is taken for dead; 10 |
| `poll_timeout` | seconds that a consumer may be at work on what it read last, until it is taken for stuck; 300 |
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from aiokafka.helpers import create_ssl_context

from hanse_wire.settings import SettingsError
from hanse_wire.url_options import UrlOptions

FORM = "take kafka://[USER:PASSWORD@]HOST:PORT[,HOST:PORT]"
SECURITIES = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
SECONDS = {"timeout": 10.0, "session_timeout": 10.0, "poll_timeout": 300.0}
OPTIONS = ("security", "mechanism", "ca_file", "prefix", *SECONDS)

_HOST = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[^\s:/,\[\]]+)(?::(\d{1,5}))?")
_PREFIX = re.compile(r"[a-zA-Z0-9._-]{0,100}")


@dataclass(frozen=True)
class Address:
    """Where the cluster is, and how it is spoken to."""

    hosts: tuple[str, ...]
    security: str
    mechanism: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    prefix: str = "hanse."
    timeout: float = SECONDS["timeout"]
    session_timeout: float = SECONDS["session_timeout"]
    poll_timeout: float = SECONDS["poll_timeout"]

    @property
    def shown(self) -> str:
        """Where it is, without what is secret."""
        return ", ".join(self.hosts)

    @cached_property
    def connection(self) -> dict[str, Any]:
        """How every client of ours connects. Raises SettingsError where the file of certificates is of no use."""
        return {
            "bootstrap_servers": list(self.hosts),
            "security_protocol": self.security,
            "ssl_context": self._certificates() if self.security.endswith("SSL") else None,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    def _certificates(self) -> ssl.SSLContext:
        try:
            context: ssl.SSLContext = create_ssl_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise SettingsError(
                f"ca_file={self.ca_file} is of no use: {error}; give a file of PEM certificates"
            ) from error
        return context


def parse_address(url: str) -> Address:
    """The address in a URL. Raises SettingsError, which shows nothing of a password."""
    rest = url.removeprefix("kafka://")
    place, _, query = rest.partition("?")
    login, at, hosts = place.rstrip("/").rpartition("@")
    found = tuple(hosts.split(","))
    if rest == url or not all(_is_host(host) for host in found):
        raise SettingsError(f"not the URL of a Kafka cluster: {_without_login(url)!r}; {FORM}")
    user, _, password = login.partition(":")
    if at and not (user and password):
        raise SettingsError(f"the URL of Kafka at {hosts} has a user or a password, but not both; {FORM}")
    options = UrlOptions(query, OPTIONS, url="the URL of Kafka")
    security = options.choice("security", SECURITIES) or ("SASL_SSL" if at else "PLAINTEXT")
    if security.startswith("SASL") != bool(at):
        raise SettingsError(f"security={security} goes {'with' if not at else 'without'} a user and a password; {FORM}")
    prefix = options.text("prefix")
    prefix = "hanse." if prefix is None else prefix
    if not _PREFIX.fullmatch(prefix):
        raise SettingsError(f"prefix={prefix} cannot begin the name of a topic; take letters, digits, dots and dashes")
    return Address(
        hosts=tuple(host if ":" in host.rpartition("]")[2] else f"{host}:9092" for host in found),
        security=security,
        mechanism=options.choice("mechanism", MECHANISMS) or "PLAIN",
        user=unquote(user) or None,
        password=unquote(password) or None,
        ca_file=options.text("ca_file"),
        prefix=prefix,
        **{name: options.seconds(name, default, maximum=3600) for name, default in SECONDS.items()},
    )


def _is_host(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and int(match[1] or 9092) < 65536


def _without_login(url: str) -> str:
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://...@{after}" if at else url
