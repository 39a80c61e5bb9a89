"""Preparing: a document becomes one Operation, once. Annotations are made from it: one module each.

parse -> limits -> validate -> expand; then authorize, rate_limits, caching.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLSchema

from hanse_router.errors import LimitExceeded, RouterError
from hanse_router.operation import Operation
from hanse_router.prepare.expand import Expander
from hanse_router.prepare.fingerprint import fingerprint
from hanse_router.prepare.limits import check_limits
from hanse_router.prepare.signature import OperationSignature, signature_of
from hanse_router.prepare.validate import (
    choose_operation,
    parse_document,
    validate_document,
    validation_rules,
)
from hanse_router.settings import LimitSettings, RouterSettings
from hanse_schema.supergraph import possible_types
from hanse_schema.supergraph.model import Supergraph
from hanse_wire.document_tokens import unlink_tokens
from hanse_wire.garbage import collect_young

__all__ = ["Preparer", "too_complex", "too_deep"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation, its fingerprint, and its signature where usage is reported."""

    operation: Operation
    fingerprint: bytes
    signature: OperationSignature | None


class Preparer:
    """Prepares documents over one supergraph."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: RouterSettings) -> None:
        self._api_schema = api_schema
        self._settings = settings
        self._rules = validation_rules(settings)
        self._expander = Expander(api_schema, possible_types(supergraph))

    def prepare(self, text: str, name: str | None) -> Prepared:
        """The operation of that name in a document, or its only one. Raises RouterError."""
        try:
            return self._prepare(text, name)
        except RouterError as error:
            error.__cause__ = error.__context__ = None
            raise error.with_traceback(None) from None  # the frames keep the document
        finally:
            collect_young()  # parsing and validating leave hundreds of objects in cycles; the document is freed already

    def _prepare(self, text: str, name: str | None) -> Prepared:
        limits = self._settings.limits
        try:
            document = parse_document(text, limits)
        except RecursionError:
            raise too_deep() from None
        try:
            check_limits(document, limits)
            validate_document(document, self._api_schema, self._rules, self._settings)
            definition = choose_operation(document, name)
            signature = signature_of(document, definition, self._api_schema) if self._settings.usage.enabled else None
            return Prepared(self._expander.expand(document, definition), fingerprint(document, definition), signature)
        except RecursionError:
            raise too_deep() from None
        finally:
            unlink_tokens(document)


def too_deep() -> LimitExceeded:
    """The error of a document whose fragments nest too deeply; `limits.max_depth` counts only fields."""
    return LimitExceeded("The document is nested too deeply.", code="MAX_DEPTH_LIMIT")


def too_complex(limits: LimitSettings) -> LimitExceeded:
    """The error of an operation whose planning takes too many steps."""
    return LimitExceeded(
        f"Planning the operation takes more than {limits.max_plan_steps} steps, the maximum (limits.max_plan_steps):"
        " select fewer fields, or send several operations.",
        code="QUERY_TOO_COMPLEX",
    )
