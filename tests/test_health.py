"""The report of `make health`."""

from __future__ import annotations

from pathlib import Path

from tests.health import MAX_LINES, complex_functions, large_modules, library_attributes


def test_it_names_what_is_above_a_limit(tmp_path: Path) -> None:
    branches = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(20))
    (tmp_path / "branches.py").write_text(f"def branches(x: int) -> int:\n{branches}    return 0\n")
    (tmp_path / "long.py").write_text("pass\n" * (MAX_LINES + 1))
    (tmp_path / "limit.py").write_text("pass\n" * MAX_LINES)
    (tmp_path / "subscription.py").write_text("def stop(consumer):\n    consumer._client.close()\n")
    assert large_modules(tmp_path) == {str(tmp_path / "long.py"): MAX_LINES + 1}
    [line] = complex_functions(tmp_path)
    assert "branches" in line
    assert "C901" in line
    assert library_attributes(tmp_path) == ["subscription.py: _client"]
