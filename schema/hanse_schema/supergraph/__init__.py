"""The supergraph: as data, as SDL, and as the schema that clients see."""

from hanse_schema.supergraph.api_schema import api_schema
from hanse_schema.supergraph.errors import InvalidSupergraphError
from hanse_schema.supergraph.parse import parse_supergraph
from hanse_schema.supergraph.possible_types import possible_types
from hanse_schema.supergraph.print import print_supergraph

__all__ = ["InvalidSupergraphError", "api_schema", "parse_supergraph", "possible_types", "print_supergraph"]
