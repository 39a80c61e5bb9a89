"""Settings from the environment; what is wrong is said in one line that names the variable."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from hanse_subgraph.config import ConfigError, SubgraphSettings, settings_config


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
    with pytest.raises(ConfigError, match=f"HANSE_BOXES_{name}") as refused:
        BoxesSettings.load()
    assert "\n" not in str(refused.value)


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_BOXES_CONSUMER_ATTEMPTS", "s3cret")
    with pytest.raises(ConfigError) as refused:
        BoxesSettings.load()
    assert "s3cret" not in str(refused.value)
