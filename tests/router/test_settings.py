"""Settings: the file, the environment, and one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanse_router.settings import RouterSettings
from hanse_wire.settings import SettingsError
from hanse_wire.settings_table import with_tables

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def load(tmp_path: Path, text: str) -> RouterSettings:
    file = tmp_path / "router.yaml"
    file.write_text(text)
    return RouterSettings.load(file)


def test_nothing_is_needed(tmp_path: Path) -> None:
    assert load(tmp_path, "") == RouterSettings()


def test_the_file_is_over_what_the_code_gives_and_the_environment_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "router.yaml"
    file.write_text("limits: {max_depth: 7, max_aliases: 8}")
    monkeypatch.setenv("HANSE_ROUTER_LIMITS__MAX_ALIASES", "9")
    monkeypatch.setenv("HANSE_ROUTER_CORS__ORIGINS", '["https://a.example"]')
    monkeypatch.setenv("HANSE_ROUTER_JWT", '{"required": true}')
    monkeypatch.setenv("HANSE_ROUTER_SUBGRAPHS", '{"users": {"url": "http://u.example"}}')
    limits = {"max_depth": 1, "max_aliases": 1, "max_tokens": 5}
    settings = RouterSettings.load(file, limits=limits)
    assert (settings.limits.max_depth, settings.limits.max_aliases, settings.limits.max_tokens) == (7, 9, 5)
    assert settings.cors.origins == ("https://a.example",)
    assert settings.jwt.required
    assert settings.subgraphs["users"].url == "http://u.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limits: {max_dept: 3}", "unknown setting limits.max_dept: did you mean limits.max_depth?"),
        ("max_depth: 3", "unknown setting max_depth: did you mean limits.max_depth?"),
        ("subgraphs: {users: {urll: x}}", "unknown setting subgraphs.users.urll: did you mean subgraphs.users.url?"),
        ("rate_limits: {fields: {Query.a: {max: 1, windw: 1m}}}", "did you mean rate_limits.fields.Query.a.window?"),
        ("jwt: {issuers: [{issuerr: a}]}", "unknown setting jwt.issuers.0.issuerr: did you mean jwt.issuers.0.issuer?"),
        ("jwt: {issuers: [{issuer: a, audiences: []}]}", "setting jwt.issuers.0.jwks_url: field required"),
        ("zzzzz: 1", "unknown setting zzzzz: known here are authorization,"),
        ("limits: {max_depth: -3}", "setting limits.max_depth: input should be greater than or equal to 1"),
        ("limits: 3", "setting limits:"),
        ("[1]", "must hold settings by name"),
        ("a: [", "is not YAML"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        RouterSettings.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("HANSE_ROUTER_LIMITS__MAX_DETH", "did you mean HANSE_ROUTER_LIMITS__MAX_DEPTH?"),
        ("HANSE_ROUTER_QQQQ", "unknown setting HANSE_ROUTER_QQQQ in the environment"),
    ],
)
def test_an_unknown_variable(monkeypatch: pytest.MonkeyPatch, variable: str, said: str) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(SettingsError) as refused:
        RouterSettings.load()
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["router.md", "subgraphs.md"])
def test_the_documented_tables_are_those_of_the_code(name: str) -> None:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    made = with_tables(text)
    assert made.count("| setting | default | meaning |") == text.count("<!-- settings ") > 0
    assert made == text, f"run: python -m hanse_wire.settings_table docs/reference/{name}"
