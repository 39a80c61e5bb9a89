"""Why an operation has no fast path."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The values of the label `reason` of the metric `hanse_general_path_operations`."""

    NO_FETCHES = "no_fetches"  # the router answers alone
    SUBSCRIPTION = "subscription"
    INTROSPECTION = "introspection"
    DENIED_FIELD = "denied_field"  # the caller may not see a selected field
    CONTEXT_ARGUMENT = "context_argument"  # an argument comes from an object above (@fromContext)
    QUERY_BELOW_ROOT = "query_below_root"  # a field of an object returns the query root
    SKIPPED_GROUP = "skipped_group"  # @skip or @include leaves one entity group out of a fetch
    WIRE_ALIAS = "wire_alias"  # a subgraph is sent another alias than the client's
    MANY_TYPES = "many_types"  # an abstract type with too many possible types
    TYPENAME = "typename"  # an object's type is not fetched together with the object
    FIELD_ORDER = "field_order"  # types of one abstract field select their fields in contradicting orders
    FIELD_TYPES = "field_types"  # one response key has several types
    SEVERAL_FETCHES = "several_fetches"  # several fetches bring one field or one object
    NOT_FETCHED = "not_fetched"  # no fetch brings a selected field
    MAYBE_NOT_FETCHED = "maybe_not_fetched"  # a non-null field is fetched for some types only
    HIDDEN_PATH = "hidden_path"  # entities below a field that the client did not select
    REPRESENTATION = "representation"  # required fields that generated code does not read
    INTERNAL_ERROR = "internal_error"  # a defect of the router; its log has the traceback


class Unsupported(Exception):
    """The compiler of the fast path cannot handle a plan; `detail` says where, for the log."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
