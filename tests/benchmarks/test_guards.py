"""The settings of each guard's measurement are valid, and switch on what they say."""

from __future__ import annotations

import pytest

from benchmarks.cases import CASES
from benchmarks.guards import GUARDS, Guard
from hanse_router.settings import RouterSettings


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_on_and_off_are_settings_that_differ(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANSE_ROUTER_RATE_LIMITS__ENABLED", raising=False)
    on, off, default = (RouterSettings.model_validate(settings) for settings in (guard.on, guard.off, {}))
    assert on != off
    assert default == (on if guard.is_default else off)
    assert set(guard.cases) <= {case.name for case in CASES}
