"""`python -m conformance [COMMAND] [ARGUMENTS]`: runs one check, or all without a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from conformance import audit, cases, compose_speed, composition, plans, schema_changes

COMMANDS: dict[str, Callable[[Sequence[str] | None], int]] = {
    "composition": composition.main,
    "audit": audit.main,
    "plans": plans.main,
    "changes": schema_changes.main,
    "speed": compose_speed.main,
    "cases": cases.main,
}
ALL: tuple[tuple[str, ...], ...] = (
    ("composition", "--sets", "2000"),
    ("audit", "--quiet", "--router", "hanse", "--composer", "own"),
    ("audit", "--quiet", "--router", "hanse", "--composer", "ours"),
    ("audit", "--quiet", "--router", "apollo", "--composer", "own"),
    ("audit", "--quiet", "--router", "apollo", "--composer", "ours"),
    ("plans", "--sets", "300", "--operations", "3"),
    ("changes", "--pairs", "1000"),
    ("speed",),
)
"""What runs without a command. The reference router's own score is for comparison and fails nothing."""


def main(words: Sequence[str]) -> int:
    """Run the command, or all; returns 0 if all targets are met."""
    if words:
        if words[0] not in COMMANDS:
            print(f"commands: {', '.join(COMMANDS)}; each takes --help", file=sys.stderr)
            return 2
        return COMMANDS[words[0]](words[1:])
    failed = False
    for command, *arguments in ALL:
        print(f"\n== {command} {' '.join(arguments)}", flush=True)
        code = COMMANDS[command](arguments)
        failed = failed or (code != 0 and "apollo" not in arguments)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
