"""`hanse schema check` and `hanse schema approve` from the command line."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanse.checks.embedded_documents import embedded_documents
from hanse.cli import main

SDL = "type Query { a: Int b: Int }\n"
WITHOUT_B = "type Query { a: Int }\n"
CONFIG = "subgraphs:\n  one:\n    routing_url: http://one/graphql\n    schema: {file: one.graphql}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one published subgraph, in the working directory."""
    (tmp_path / "hanse.toml").write_text("")
    (tmp_path / "one.graphql").write_text(SDL)
    (tmp_path / "new.graphql").write_text(WITHOUT_B)
    (tmp_path / "supergraph.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    assert run("compose", "--config", "supergraph.yaml", "--output", "supergraph.graphql").exit_code == 0
    published = tmp_path / "schema" / "published"
    published.mkdir(parents=True)
    (tmp_path / "supergraph.graphql").rename(published / "supergraph.graphql")
    (published / "one.graphql").write_text(SDL)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def check(*words: str) -> Result:
    return run("schema", "check", *words)


CHANGE = ("--subgraph", "one", "--schema", "new.graphql")


@pytest.mark.parametrize("base", [(), ("--config", "supergraph.yaml")], ids=["project", "config"])
def test_a_breaking_change_fails(project: Path, base: tuple[str, ...]) -> None:
    failed = check(*CHANGE, *base)
    assert failed.exit_code == 1
    assert "FIELD_REMOVED: Query.b was removed" in failed.output
    (project / "new.graphql").write_text(SDL + 'extend type Query { "More." c: Int }')
    passed = check(*CHANGE, *base)
    assert passed.exit_code == 0
    assert "one: passed" in passed.output


def test_an_approved_change_passes(project: Path) -> None:
    report = json.loads(check(*CHANGE, "--json").output)
    approve = ("schema", "approve", report["id"], "--who", "Ada")
    assert run(*approve).exit_code == 2  # without a reason
    assert run(*approve, "--reason", " ").exit_code == 1
    assert run(*approve, "--reason", "No client has it.").exit_code == 0
    again = check(*CHANGE, "--json")
    assert again.exit_code == 0
    [finding] = [one for one in json.loads(again.output)["findings"] if one["level"] == "error"]
    assert finding["approval"]["by"] == "Ada"
    assert json.loads(again.output)["id"] == report["id"]
    (project / "new.graphql").write_text('"Same errors." type Query { a: Int }')
    assert check(*CHANGE).exit_code == 0
    (project / "new.graphql").write_text("type Query { c: Int }")
    assert check(*CHANGE).exit_code == 1  # another error


def test_an_approval_of_one_use_is_none_of_another(project: Path) -> None:
    """The same change with another error, because of what is known of its use, has another id."""
    (project / "operations").mkdir()
    (project / "operations" / "b.graphql").write_text("query B { b }")
    ids = [json.loads(check(*CHANGE, *more, "--json").output)["id"] for more in ((), ("--trusted-only",))]
    assert ids[0] != ids[1]
    assert run("schema", "approve", ids[0], "--reason", "r").exit_code == 0
    assert check(*CHANGE, "--operations", "operations").exit_code == 0


def test_operations_in_the_code_of_a_client(project: Path) -> None:
    source = project / "web" / "src"
    (source / "node_modules").mkdir(parents=True)
    (source / "node_modules" / "other.js").write_text("gql`{ unknown }`")
    (source / "operations.ts").write_text(
        "export const A = graphql(`query A { a }`);\n"
        "export const B = gql`\n  query B { ...Parts }\n  ${PARTS}\n`;\n"
        "export const Not = sql`select b`; // gql`{ b`\n"
        'const url = `${host}/graphql`, text = "graphql(`"; f(`{ b`);\n'
    )
    (source / "parts.tsx").write_text("const PARTS = /* GraphQL */ `fragment Parts on Query { b }`;\n")
    words = (*CHANGE, "--trusted-only", "--operations")
    report = json.loads(check(*words, "web/src", "--json").output)
    assert report["verdict"] == "failed"
    [error] = [finding for finding in report["findings"] if finding["level"] == "error"]
    used = [(one["name"], one["source"], one["reason"]) for one in error["affected"]]
    assert used == [("B", "web/src/operations.ts", "selects Query.b")]
    (source / "operations.ts").write_text("export const A = graphql(`query A { a }`);\n")
    assert check(*words, "web/src").exit_code == 0
    assert check(*words, "web/src/operations.ts").exit_code == 0


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("\n\ngraphql(`query {`)", "code.ts:3 is not a GraphQL document: Syntax Error: Expected Name"),
        ("export {}", "code.ts has no GraphQL documents"),
    ],
)
def test_code_without_valid_operations(project: Path, code: str, message: str) -> None:
    (project / "code.ts").write_text(code)
    result = check(*CHANGE, "--operations", "code.ts")
    assert result.exit_code == 2
    assert message in result.stderr


def test_reading_code_takes_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        code = "const a = graphql(`query A { ${b} }`); // '\n" * count
        began = time.process_time()
        assert len(list(embedded_documents(code))) == count
        return time.process_time() - began

    assert min(seconds(20_000) for _ in range(3)) < 15 * max(min(seconds(2_000) for _ in range(3)), 0.001)


def approved(words: tuple[str, ...] = CHANGE) -> str:
    """Check, and approve what failed. Returns the id of the check."""
    check_id = str(json.loads(check(*words, "--json").output)["id"])
    assert run("schema", "approve", check_id, "--who", "Ada", "--reason", "No client has it.").exit_code == 0
    assert check(*words).exit_code == 0
    return check_id


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("type Query { a: Int }", "type Query { a: String }"),  # one more breaking change
        ("type Query { a: Int b: String }", "type Query { a: Int b: [Int] }"),  # another one of the same field
        ("type Query { a: Int }", "type Query { b: Int }"),
    ],
)
def test_an_approval_does_not_cover_a_new_breaking_change(project: Path, first: str, then: str) -> None:
    (project / "new.graphql").write_text(first)
    approved()
    (project / "new.graphql").write_text(then)
    failed = check(*CHANGE)
    assert failed.exit_code == 1
    assert "approved by" not in failed.output


def test_an_approval_expires(project: Path) -> None:
    file = project / "schema" / "published" / "registry" / "checks" / f"{approved()}.json"
    record = json.loads(file.read_text())
    record["approvals"][0]["when"] = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    file.write_text(json.dumps(record))
    assert check(*CHANGE).exit_code == 0, "without the setting it never does"
    assert check(*CHANGE, "--approval-days", "41").exit_code == 0
    expired = check(*CHANGE, "--approval-days", "39")
    assert expired.exit_code == 1
    assert "APPROVAL_EXPIRED: The approval by Ada at " in expired.output
    assert "is older than 39 days, so that it does not count: approve the check anew." in expired.output
    (project / "hanse.toml").write_text("approval_days = 39\n")
    assert check(*CHANGE).exit_code == 1
    assert check(*CHANGE, "--approval-days", "41").exit_code == 0, "the option has precedence"
    approved()


def test_all_subgraphs_against_a_commit_or_a_folder(project: Path) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, cwd=project)
    subprocess.run(["cp", "-r", "schema/published", "old"], check=True, cwd=project)
    for against in ("HEAD", "old"):
        assert check("--all", "--against", against).exit_code == 0
    (project / "schema" / "published" / "one.graphql").write_text(WITHOUT_B)
    (project / "one.graphql").write_text(WITHOUT_B)
    for against in ("HEAD", "old"):
        failed = check("--all", "--against", against)
        assert failed.exit_code == 1, failed.output
        assert "schema/published/one.graphql:1:6" in failed.output
    assert check("--all", "--against", "HEAD", "--config", "supergraph.yaml").exit_code == 1
    assert check("--subgraph", "one", "--schema", "one.graphql", "--against", "HEAD").exit_code == 1
    gone = check("--all", "--against", "nonesuch")
    assert gone.exit_code == 2
    assert "nonesuch" in gone.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--subgraph", "onne", "--schema", "new.graphql"), "do you mean 'one'?"),
        (("--subgraph", "one", "--schema", "missing.graphql"), "cannot read missing.graphql"),
        (("--subgraph", "one"), "--schema FILE or --remove"),
        (("--all",), "--against COMMIT or FOLDER"),
        ((), "--subgraph NAME"),
        (("--all", "--subgraph", "one", "--against", "old"), "leave out --subgraph"),
        ((*CHANGE, "--config", "none.yaml"), "cannot read none.yaml"),
        ((*CHANGE, "--registry", "none"), "none has no variant"),
        ((*CHANGE, "--usage", "supergraph.yaml"), "supergraph.yaml has no usage report"),
        ((*CHANGE, "--operations", "supergraph.yaml"), "is not a GraphQL document"),
        ((*CHANGE, "--operations", "schema/none"), "cannot read schema/none"),
        ((*CHANGE, "--contract", "supergraph.yaml"), "supergraph.yaml"),
        ((*CHANGE, "--output", "none/report.txt"), "cannot write none/report.txt"),
        (("--all", "--against", "-x"), "git"),
    ],
)
def test_what_cannot_be_checked(project: Path, words: tuple[str, ...], message: str) -> None:
    result = check(*words)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert "Traceback" not in result.output


def test_sdl_with_a_syntax_error(project: Path) -> None:
    (project / "new.graphql").write_text("type Query {")
    result = check(*CHANGE, "--output", "report.txt")
    assert result.exit_code == 2
    assert "new.graphql:1:13" in (project / "report.txt").read_text()
    assert not (project / "schema" / "published" / "registry").exists()


def test_a_new_subgraph_needs_its_url(project: Path) -> None:
    (project / "two.graphql").write_text("extend type Query { c: Int }")
    new = ("--subgraph", "two", "--schema", "two.graphql")
    assert check(*new).exit_code == 2
    assert check(*new, "--url", "http://two/graphql").exit_code == 0


def test_the_removal_of_a_subgraph(project: Path) -> None:
    (project / "supergraph.yaml").write_text(CONFIG + CONFIG.removeprefix("subgraphs:\n").replace("one", "two"))
    (project / "two.graphql").write_text("extend type Query { c: Int }")
    removal = check("--subgraph", "two", "--remove", "--config", "supergraph.yaml")
    assert removal.exit_code == 1
    assert "SUBGRAPH_REMOVED" in removal.output


def test_a_commit_before_anything_was_published(project: Path) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for words in (["init", "-q"], ["add", "hanse.toml"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, cwd=project)
    first = check("--all", "--against", "HEAD")
    assert first.exit_code == 0, first.output
    assert "nothing is published yet" in first.output


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal(project: Path, variables: dict[str, str], coloured: bool) -> None:
    terminal, other_end = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variables
    command = [sys.executable, "-m", "hanse.cli", "schema", "check", *CHANGE]
    subprocess.run(command, cwd=project, env=environment, stdout=other_end, timeout=100, check=False)
    os.close(other_end)
    output = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "FIELD_REMOVED" in output
    assert ("\x1b[31m" in output) is coloured
