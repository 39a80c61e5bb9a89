"""TLS to subgraphs: trusted certificates, and the router's own."""

from __future__ import annotations

import ssl
from pathlib import Path

from hanse_router.transports.errors import TlsFailed


def tls_context(ca_file: Path | None, certificate_file: Path | None, key_file: Path | None) -> ssl.SSLContext | None:
    """A context for these PEM files; None, for the system's certificates, where there are none.

    Raises ValueError with a message of one line.
    """
    if key_file is not None and certificate_file is None:
        raise ValueError("a key needs its certificate")
    if ca_file is None and certificate_file is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise ValueError(f"{ca_file} holds no certificates: {error.strerror or error}") from error
    if certificate_file is not None:
        try:
            context.load_cert_chain(certificate_file, key_file, password=_no_password)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise ValueError(f"{certificate_file} and its key cannot be used: {reason}") from error
    return context


def tls_failure(error: BaseException) -> TlsFailed | None:
    """The error of a connection whose cause is TLS; None for any other cause."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # HTTP clients raise errors of this class, too; without the message of OpenSSL, which is in their cause.
            message = getattr(cause, "verify_message", None)
            if message:
                return TlsFailed(f"The subgraph's certificate is not trusted: {message}.")
        elif isinstance(cause, ssl.SSLError):
            return TlsFailed("The TLS connection to the subgraph failed.")
        cause = cause.__cause__ or cause.__context__
    return None


def _no_password() -> str:
    raise ValueError("the key has a password: remove it")
