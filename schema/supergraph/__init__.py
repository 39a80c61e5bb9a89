"""The supergraph: as data, as SDL, and as the schema that clients see."""

from schema.supergraph.api_schema import api_schema
from schema.supergraph.errors import InvalidSupergraphError
from schema.supergraph.parse import parse_supergraph
from schema.supergraph.print import print_supergraph

__all__ = ["InvalidSupergraphError", "api_schema", "parse_supergraph", "print_supergraph"]
