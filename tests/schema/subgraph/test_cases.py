"""Each case of the case files: the errors at their places, or the fields of the schema."""

from __future__ import annotations

import pytest

from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph import ingest_all
from hanse_schema.subgraph.model import Applied, SubgraphSchema
from tests.schema.subgraph.case_files import Case, all_cases

CASES = all_cases()


def diagnostics_of(case: Case) -> list[Diagnostic]:
    return [diagnostic for one in ingest_all(case.sources) for diagnostic in one.diagnostics]


@pytest.mark.parametrize("name", CASES)
def test_errors(name: str) -> None:
    case = CASES[name]
    found = [f"{diagnostic.code} {diagnostic.locations[0]}" for diagnostic in diagnostics_of(case)]
    assert found == case.errors


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.fields])
def test_fields(name: str) -> None:
    case = CASES[name]
    found = {one.schema.name: fields_of(one.schema) for one in ingest_all(case.sources) if one.schema is not None}
    assert found == case.fields


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.errors])
def test_messages_name_the_subgraph_and_quote_its_names(name: str) -> None:
    for diagnostic in diagnostics_of(CASES[name]):
        assert diagnostic.message.startswith(f"[{diagnostic.locations[0].subgraph}] ")
        assert diagnostic.message.endswith(".")
        assert not diagnostic.message.endswith("..")


def test_the_case_files_cover_every_code() -> None:
    codes = {error.split()[0] for case in CASES.values() for error in case.errors}
    assert len(CASES) > 400
    assert codes >= {
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        "CONTEXT_INVALID_SELECTION",
        "CONTEXT_NAME_INVALID",
        "CONTEXT_NOT_SET",
        "CONTEXT_NO_RESOLVABLE_KEY",
        "COST_APPLIED_TO_INTERFACE_FIELD",
        "DIRECTIVE_DEFINITION_INVALID",
        "EXTENSION_WITH_NO_BASE",
        "EXTERNAL_ON_INTERFACE",
        "EXTERNAL_UNUSED",
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        "INTERFACE_OBJECT_USAGE_ERROR",
        "INVALID_GRAPHQL",
        "INVALID_LINK_DIRECTIVE_USAGE",
        "INVALID_LINK_IDENTIFIER",
        "INVALID_SHAREABLE_USAGE",
        "KEY_DIRECTIVE_IN_FIELDS_ARG",
        "KEY_FIELDS_HAS_ARGS",
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "KEY_INVALID_FIELDS",
        "KEY_INVALID_FIELDS_TYPE",
        "KEY_UNSUPPORTED_ON_INTERFACE",
        "LIST_SIZE_APPLIED_TO_NON_LIST",
        "LIST_SIZE_INVALID_ASSUMED_SIZE",
        "LIST_SIZE_INVALID_SIZED_FIELD",
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        "NO_CONTEXT_IN_SELECTION",
        "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        "PROVIDES_FIELDS_HAS_ARGS",
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        "PROVIDES_INVALID_FIELDS",
        "PROVIDES_INVALID_FIELDS_TYPE",
        "PROVIDES_ON_NON_OBJECT_FIELD",
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        "REQUIRES_INVALID_FIELDS",
        "REQUIRES_INVALID_FIELDS_TYPE",
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        "ROOT_MUTATION_USED",
        "ROOT_QUERY_USED",
        "ROOT_SUBSCRIPTION_USED",
        "TYPE_DEFINITION_INVALID",
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
        "UNKNOWN_FEDERATION_LINK_VERSION",
        "UNKNOWN_LINK_VERSION",
        "UNSUPPORTED_LINKED_FEATURE",
    }


def fields_of(model: SubgraphSchema) -> list[str]:
    """Each field with its specifications' directives, types in the order of their names."""
    return [
        " ".join([f"{owner.name}.{field.name}", *(_print(d) for d in field.directives if d.spec)])
        for owner in sorted(model.types.values(), key=lambda owner: owner.name)
        for field in owner.fields.values()
    ]


def _print(directive: Applied) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in directive.arguments.items())
    return f"@{directive.name}({arguments})" if arguments else f"@{directive.name}"
