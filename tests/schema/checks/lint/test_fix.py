"""Fixes: idempotent, composable, and without effect on anything that they do not name."""

from __future__ import annotations

from dataclasses import replace

from graphql import print_schema, print_type
from hypothesis import given, settings
from hypothesis import strategies as st

from hanse_schema.checks.edits import Lines, apply_text_edits
from hanse_schema.checks.lint import LintConfig, fix, lint
from hanse_schema.checks.lint.config import Preset
from hanse_schema.checks.lint.fix import Fixed
from hanse_schema.compose import compose
from hanse_schema.subgraph import SubgraphSource
from hanse_schema.supergraph import api_schema

ALL = LintConfig.model_validate({"preset": "all"})
WITHOUT_DESCRIPTIONS = LintConfig.model_validate(
    {
        "preset": "all",
        "rules": dict.fromkeys(("DESCRIPTION_COMMENT", "DESCRIPTION_EMPTY", "DESCRIPTION_PUNCTUATION"), "off"),
    }
)
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
TEXTS = st.text(alphabet=st.sampled_from('abc ."\\\n#é{:'), max_size=8)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@st.composite
def descriptions(draw: st.DrawFn) -> str:
    """Nothing, a comment, a description of either form, or a suppression, each with a line break."""
    text = draw(TEXTS)
    block = text.replace('"""', "").replace('"', "'").replace("\\", "/")
    return draw(
        st.sampled_from(
            [
                "",
                "",
                "\n",
                "\t# " + text.replace("\n", " ") + "\n",
                "# one\n    # two" + "\n",
                "# hanse-ignore TYPE_UNUSED, FIELD_NAME_CASE: why\n",
                f"{_quoted(text)}\n",
                f'"""{block}"""\n',
                f'"""\n   {block}\n  """ ',
            ]
        )
    )


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """A valid subgraph with much that a fix can change."""
    imports = draw(st.lists(st.sampled_from(["@key", "@tag", "@inaccessible", "@provides"]), unique=True))
    listed = draw(st.sampled_from([", ", " ", "\n  # why\n  "])).join(f'"{name}"' for name in ["@shareable", *imports])
    parts = [f'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{listed}])\n']
    if draw(st.booleans()):
        parts.append(f"{draw(descriptions())}directive @rank(by: Int) on FIELD_DEFINITION\n\n")
    for name in NAMES:
        shareable = draw(st.sampled_from(["", " @shareable"]))
        fields = "".join(
            f"  {draw(descriptions())}  f{n}({draw(descriptions())} a: Int): {draw(st.sampled_from([*NAMES, 'Int']))}"
            f"{draw(st.sampled_from(['', ' @shareable', '  # tail']))}\n"
            for n in range(draw(st.integers(1, 3)))
        )
        parts.append(f"{draw(descriptions())}type {name}{shareable} {{\n{fields}}}{draw(st.sampled_from(['', ' ']))}\n")
    parts.append(f"{draw(descriptions())}type Query {{\n  a: {draw(st.sampled_from([*NAMES, 'Int']))}\n}}")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return "".join(parts).replace("\n", end)


def api(sdl: str) -> dict[str, str]:
    """The API schema of one subgraph, a text per type."""
    composition = compose([SubgraphSource("one", sdl, "http://one")])
    assert composition.errors == ()
    assert composition.supergraph is not None
    schema = api_schema(composition.supergraph)
    assert print_schema(schema)
    return {name: print_type(found) for name, found in schema.type_map.items()}


def fixed(sdl: str, config: LintConfig) -> Fixed:
    return fix(SubgraphSource("one", sdl), config)


def test_a_correction_that_would_give_errors_is_left_out() -> None:
    """Without its only type, the SDL would be empty. The other corrections are made."""
    done = fixed('"  " type Alone { a: Int } # hanse-ignore FIELD_NAME_CASE: unused', ALL)
    assert done.sdl == " type Alone { a: Int }"
    assert done.left.errors == ()


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_a_fix_is_idempotent_and_leaves_no_patch(sdl: str) -> None:
    once = fixed(sdl, ALL)
    assert once.left.errors == ()
    assert all(finding.patch is None for finding in once.left.findings)
    assert replace(fixed(once.sdl, ALL), left=once.left) == Fixed(once.sdl, (), once.left)


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_a_fix_keeps_the_api_schema_but_for_the_types_that_it_removes(sdl: str) -> None:
    done = fixed(sdl, WITHOUT_DESCRIPTIONS)
    before, after = api(sdl), api(done.sdl)
    removed = {one.coordinate for one in done.corrected if one.code == "TYPE_UNUSED"}
    assert before.keys() - after.keys() == removed
    assert after == {name: text for name, text in before.items() if name not in removed}


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_a_fix_of_descriptions_changes_nothing_else(sdl: str) -> None:
    done = fixed(sdl, ALL)
    described = {one.coordinate for one in done.corrected if one.code.startswith("DESCRIPTION_")}
    before, after = api(sdl), api(done.sdl)
    for name, text in after.items():
        if not any(coordinate == name or str(coordinate).startswith(f"{name}.") for coordinate in described):
            assert text == before[name]


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_what_a_fix_does_not_name_stays_byte_for_byte(sdl: str) -> None:
    """One correction leaves all text before and after its edits; without one, all text stays."""
    found = lint(SubgraphSource("one", sdl), ALL)
    lines = Lines(sdl)
    for finding in found.findings:
        if finding.patch is not None:
            edits = [lines.text_edit(edit) for edit in finding.patch.edits]
            after = apply_text_edits(sdl, edits)
            start, end = min(edit.start for edit in edits), max(edit.end for edit in edits)
            assert after.startswith(sdl[:start])
            assert after.endswith(sdl[end:])
            assert lint(SubgraphSource("one", after), ALL).errors == ()
    assert fixed(sdl, LintConfig(preset=Preset.NONE)).sdl == sdl
