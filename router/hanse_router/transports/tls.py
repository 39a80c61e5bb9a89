"""TLS to subgraphs: whom to believe, and what to show."""

from __future__ import annotations

import ssl
from pathlib import Path

from hanse_router.transports.errors import TlsFailed, TransportError


def tls_context(ca_file: Path | None, certificate_file: Path | None, key_file: Path | None) -> ssl.SSLContext | None:
    """A context for these files of PEM; None where there are none, for the system's. Raises ValueError, one line."""
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
            said = getattr(error, "strerror", None) or error
            raise ValueError(f"{certificate_file} and its key cannot be used: {said}") from error
    return context


def tls_failure(error: BaseException) -> TransportError | None:
    """What to tell of an error whose cause is TLS; None for any other."""
    cause: BaseException | None = error
    while cause is not None:
        why = getattr(cause, "verify_message", None)  # clients' own errors are of the same class, without it
        if isinstance(cause, ssl.SSLCertVerificationError) and why:
            return TlsFailed(f"The subgraph's certificate is not trusted: {why}.")
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLCertVerificationError):
            return TlsFailed("The TLS connection to the subgraph failed.")
        cause = cause.__cause__ or cause.__context__
    return None


def _no_password() -> str:
    raise ValueError("it has a password; keys are taken without")
