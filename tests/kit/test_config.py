"""Settings from the environment; what is wrong is said in one line that names the variable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest

from hanse_subgraph.config import SubgraphSettings, settings_config
from hanse_wire.settings import SettingsError


class BoxesSettings(SubgraphSettings):
    """Settings of a subgraph of boxes."""

    model_config = settings_config("boxes")
    subgraph: ClassVar[str] = "boxes"


def test_everything_has_a_default_in_the_data_folder() -> None:
    settings = BoxesSettings.load(data_dir=Path("/d"))
    assert settings.database == "sqlite+aiosqlite:////d/boxes.sqlite"
    assert settings.events == "embedded:/d/events.sqlite"
    assert settings.router_jwks == "file:///d/keys/router-jwks.json"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_BOXES_DATABASE_URL", "postgresql+asyncpg://db/boxes")
    monkeypatch.setenv("HANSE_BOXES_CONSUMER_ATTEMPTS", "9")
    settings = BoxesSettings.load()
    assert (settings.database, settings.consumer_attempts) == ("postgresql+asyncpg://db/boxes", 9)
    assert BoxesSettings.load(consumer_attempts=3).consumer_attempts == 3, "what is given goes first"


@pytest.mark.parametrize(("name", "value"), [("CONSUMER_ATTEMPTS", "many"), ("DATABASE_POOL_SIZE", "0"), ("TYPO", "1")])
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"HANSE_BOXES_{name}", value)
    with pytest.raises(SettingsError, match=f"HANSE_BOXES_{name}") as refused:
        BoxesSettings.load()
    assert "\n" not in str(refused.value)


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_BOXES_CONSUMER_ATTEMPTS", "s3cret")
    with pytest.raises(SettingsError) as refused:
        BoxesSettings.load()
    assert "s3cret" not in str(refused.value)


def test_common_values_are_below_those_of_the_subgraph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "subgraphs.yaml"
    file.write_text(
        "defaults: {database_url: 'postgresql+asyncpg://db/{subgraph}', consumer_attempts: 2, database_pool_size: 3}\n"
        "boxes: {database_pool_size: 4, router_issuer: file}\nothers: {anything: 1}\n"
    )
    monkeypatch.setenv("HANSE_SUBGRAPHS_CONFIG", str(file))
    monkeypatch.setenv("HANSE_CONSUMER_ATTEMPTS", "6")
    monkeypatch.setenv("HANSE_ROUTER_ISSUER", "common")
    monkeypatch.setenv("HANSE_EVENTS_URL", "kafka://common:9092")
    monkeypatch.setenv("HANSE_BOXES_EVENTS_URL", "kafka://own:9092")
    settings = BoxesSettings.load()
    assert settings.database == "postgresql+asyncpg://db/boxes"
    assert (settings.database_pool_size, settings.consumer_attempts) == (4, 6)
    assert (settings.events, settings.router_issuer) == ("kafka://own:9092", "common")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HANSE_EVENT_URL", "x", "did you mean HANSE_EVENTS_URL?"),
        ("HANSE_BOXES_EVENT_URL", "x", "did you mean HANSE_BOXES_EVENTS_URL?"),
        ("HANSE_DATABASE_URL", "postgresql+asyncpg://db/all", "HANSE_DATABASE_URL must contain {subgraph}"),
        ("HANSE_CONSUMER_ATTEMPTS", "many", "setting HANSE_CONSUMER_ATTEMPTS"),
    ],
)
def test_a_wrong_common_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(message)):
        BoxesSettings.load()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boxes: {datbase_url: x}", "unknown setting boxes.datbase_url: did you mean boxes.database_url?"),
        ("defaults: {max_body_bytes: 0}", "setting defaults.max_body_bytes: input should be"),
        ("boxes: 3", "the section boxes must hold settings by name"),
    ],
)
def test_a_wrong_setting_in_the_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "subgraphs.yaml"
    file.write_text(text)
    monkeypatch.setenv("HANSE_SUBGRAPHS_CONFIG", str(file))
    with pytest.raises(SettingsError, match=re.escape(message)) as refused:
        BoxesSettings.load()
    assert str(refused.value).startswith(str(file))
