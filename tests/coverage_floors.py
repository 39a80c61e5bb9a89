"""The last step of `make coverage`: each package's line coverage beside its floor in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def coverage_of(package: str) -> float:
    """The measured line coverage of a package, in percent. Raises CalledProcessError without measurements."""
    command = [sys.executable, "-m", "coverage", "report", "--format", "total", "--precision", "1"]
    total = subprocess.run(
        [*command, "--include", f"{package}/*"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return float(total.stdout)


def main() -> None:
    """Print all packages. Exits with 1 when one is below its floor."""
    floors: dict[str, int] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage-floors"]
    measured = {package: coverage_of(package) for package in floors}
    for package, percent in measured.items():
        print(f"{package:24} {percent:5.1f} %  (floor {floors[package]} %)")
    sys.exit(any(percent < floors[package] for package, percent in measured.items()))


if __name__ == "__main__":
    main()
