"""`make health`: modules and functions that are too large, and private attributes of libraries in use.

The counts are per package. `--json` prints JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.kit.test_private_attributes import ROOT, private_attributes

PACKAGES = (
    "hanse",
    "router/hanse_router",
    "schema/hanse_schema",
    "shared/hanse_subgraph",
    "shared/hanse_wire",
    "subgraphs",
)
MAX_LINES = 400
MAX_COMPLEXITY = 15
PUBLIC_ATTRIBUTES = {"_asdict", "_fields", "_make", "_replace"}  # of named tuples


def large_modules(package: Path) -> dict[str, int]:
    """The lines of each module above MAX_LINES, by path."""
    lines = {str(path): len(path.read_text().splitlines()) for path in sorted(package.rglob("*.py"))}
    return {path: count for path, count in lines.items() if count > MAX_LINES}


def complex_functions(package: Path) -> list[str]:
    """Ruff's line for each function above MAX_COMPLEXITY. Raises CalledProcessError when ruff fails."""
    limit = f"lint.mccabe.max-complexity={MAX_COMPLEXITY}"
    options = ["--select", "C901", "--config", limit, "--output-format", "concise", "--quiet", "--exit-zero"]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", *options, str(package)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def library_attributes(package: Path) -> list[str]:
    """The private attributes that a module uses and does not define, except those documented as public."""
    used = {(path.name, name) for path in package.rglob("*.py") for name in private_attributes(path)}
    return sorted(f"{module}: {name}" for module, name in used if name not in PUBLIC_ATTRIBUTES)


def report() -> dict[str, dict[str, Any]]:
    """Per package: the number of modules, and what is above a limit."""
    return {
        package: {
            "modules": len(list((ROOT / package).rglob("*.py"))),
            "large_modules": large_modules(ROOT / package),
            "complex_functions": complex_functions(ROOT / package),
            "private_attributes": library_attributes(ROOT / package),
        }
        for package in PACKAGES
    }


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="make health")
    parser.add_argument("--json", action="store_true", help="print JSON")
    found = report()
    if parser.parse_args().json:
        print(json.dumps(found, indent=2))
        return
    for package, counts in found.items():
        print(f"{package}: {counts.pop('modules')} modules")
        for kind, items in counts.items():
            print(f"  {kind.replace('_', ' ')}: {len(items)}")
            for item in items:
                print(f"    {item}{f': {items[item]} lines' if isinstance(items, dict) else ''}")


if __name__ == "__main__":
    main()
