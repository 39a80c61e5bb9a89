"""Every example in the documentation is valid: commands, operations, settings, data, Python, links."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

from hanse.cli import main
from hanse_router.settings import RouterSettings
from tests.docs.pages import FOLLOWED, PAGES, ROOT, Block, all_blocks

_COMMAND = re.compile(r"^(?:\S+=\S+ )*(?:\.venv/bin/)?(hanse .+?)(?: *#.*)?$", re.M)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")


@cache
def platform() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "published" / "api.graphql").read_text())


@pytest.mark.parametrize("block", all_blocks("sh"), ids=lambda block: block.id)
def test_every_command_of_hanse_exists_with_its_options(block: Block) -> None:
    for command in _COMMAND.findall(block.text.replace("\\\n", " ")):
        arguments = [one for one in shlex.split(command)[1:] if one not in ("|", "&&")]
        resolve(arguments[: arguments.index(">")] if ">" in arguments else arguments)


def resolve(arguments: list[str]) -> None:
    """Parse a command line. Raises click.UsageError if a command or an option does not exist."""
    context = click.Context(main, info_name="hanse")
    found: click.Command = main
    while isinstance(found, click.Group):
        context = found.make_context(found.name, arguments, parent=context)
        rest = [*context._protected_args, *context.args]
        if found.invoke_without_command and not rest:
            return
        _, inner, arguments = found.resolve_command(context, rest)
        assert inner is not None, arguments
        found = inner
    found.make_context(found.name, arguments, parent=context)


@pytest.mark.parametrize(
    "block", [one for one in all_blocks("graphql") if one.page not in FOLLOWED], ids=lambda block: block.id
)
def test_every_operation_is_valid(block: Block) -> None:
    document = parse(block.text)
    if all(isinstance(node, OperationDefinitionNode) for node in document.definitions):
        assert validate(platform(), document) == []


@pytest.mark.parametrize("block", all_blocks("json"), ids=lambda block: block.id)
def test_every_json_example_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", all_blocks("yaml"), ids=lambda block: block.id)
def test_every_yaml_example_is_yaml(block: Block, tmp_path_factory: pytest.TempPathFactory) -> None:
    values = yaml.safe_load(block.text)
    if block.title == "router.yaml" or (isinstance(values, dict) and "jwt" in values):
        path = tmp_path_factory.mktemp("settings") / "router.yaml"
        path.write_text(block.text)
        RouterSettings.load(path)


@pytest.mark.parametrize("block", all_blocks("python"), ids=lambda block: block.id)
def test_every_python_example_compiles(block: Block) -> None:
    compile(block.text, block.id, "exec", dont_inherit=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub("<!--.*?-->", "", page.read_text(), flags=re.S)
    for target, anchor in _LINK.findall(text):
        path = page.parent / target if target else page
        assert path.exists(), f"{page}: {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path.read_text()), f"{page}: #{anchor}"


def anchors(text: str) -> set[str]:
    """The anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
