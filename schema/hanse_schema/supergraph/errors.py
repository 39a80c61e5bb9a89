"""The error of parsing a supergraph."""

from __future__ import annotations


class InvalidSupergraphError(ValueError):
    """The text is not a valid supergraph. The message states the problem in one line."""
