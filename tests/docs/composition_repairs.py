"""Writes docs/reference/composition-repairs.md from the fixers: `python -m tests.docs.composition_repairs`."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.repair.fixers import FIXERS_OF
from hanse_schema.checks.repair.model import Confidence
from hanse_schema.checks.repair.unrepaired import UNREPAIRED
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "composition-repairs.md"

_HEAD = """# Repairs of composition errors

`hanse compose` and `hanse schema check` offer a repair for a composition error: a patch of the subgraphs' SDL.
Each patch is verified: the patched subgraphs are composed, and a patch that leaves its error, or causes another
one, is not offered. A patch changes only what its title says; all else in the file stays byte for byte.

- **safe**: one patch is certain. `hanse compose --fix` applies it. For most codes some errors are safe and
  others are not: a missing `@shareable` is safe where another subgraph marks the field, since its authors mean
  it to be shared.
- **choice**: up to four patches, the best first. The author chooses; `--fix` applies none of them.
- **none**: the reason is in the table.

`hanse compose --fix` repeats until nothing is safe any more, writes each file whole or not at all, prints the
diff, and reports what remains; with `--dry-run` it writes nothing. Subgraphs from URLs are not changed. `hanse
compose --json` has the repairs with edits (lines and columns from 1) and a unified diff. Repairs of at most 100
errors are searched, within a number of compositions that depends on the size of the subgraphs; where that is small for
the number of errors, the safe patches are tried all together.

A `SATISFIABILITY_ERROR` has the smallest operation that cannot be answered, valid over the API schema, with
variables for required arguments (`operation` in JSON).

| code | repair | why |
|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    return _HEAD + "".join(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    for code in sorted(FIXERS_OF.keys() | UNREPAIRED.keys()):
        fixers = FIXERS_OF.get(code)
        if fixers is None:
            yield f"| `{code}` | none | {UNREPAIRED[code]} |"
            continue
        safe = any(fixer.confidence is Confidence.SAFE for fixer in fixers)
        why = " ".join(dict.fromkeys(fixer.explanation for fixer in fixers))
        yield f"| `{code}` | {'safe or choice' if safe else 'choice'} | {why} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
