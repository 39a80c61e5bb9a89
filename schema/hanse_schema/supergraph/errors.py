"""What can be wrong with a file that should be a supergraph."""

from __future__ import annotations


class InvalidSupergraphError(ValueError):
    """The text is not a supergraph that can be read; the message says what is missing or wrong, in one line."""
