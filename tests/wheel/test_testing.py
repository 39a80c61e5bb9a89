"""The pytest plugin of the wheel, outside of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks
from tests.wheel.environment import Environment, build_wheel

PAGE = DOCS / "how-to" / "test-a-supergraph.md"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the extra `testing`, which brings no Strawberry."""
    wheel = build_wheel(tmp_path_factory.mktemp("dist"))
    made = Environment(tmp_path_factory.mktemp("testing") / "venv")
    made.install(f"{wheel}[testing]")
    return made


def test_pytest_finds_the_plugin(environment: Environment, tmp_path: Path) -> None:
    (example,) = [block for block in blocks(PAGE) if block.title == "test_shop.py"]
    (tmp_path / "test_shop.py").write_text(example.text)
    pytest_of_user = (environment.bin / "python", "-m", "pytest", "-q")
    environment.run(*pytest_of_user, "--hanse-update-plans", "--hanse-update-schemas", cwd=tmp_path)
    assert "4 passed" in environment.run(*pytest_of_user, cwd=tmp_path)
