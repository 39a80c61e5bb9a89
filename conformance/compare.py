"""Compares two verdicts on one subgraph set, and classifies the difference so that equal ones can be counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.equivalence import differences, supergraph_data
from conformance.oracles.client import Verdict

_NAMED = re.compile(r"(?<=\.)(types|fields|arguments|values|directives)\.[^.:]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """How ours differs from an oracle's verdict: `kind` is crash, verdict, codes or supergraph.

    `signature` is equal for similar differences; `details` are the lines of a supergraph's difference.
    """

    kind: str
    signature: str
    details: tuple[str, ...] = ()


OURS_ALONE = "REQUIRES_WITHOUT_RESOLVABLE_KEY"  # a hint that the reference does not have


def compare(our: Verdict, theirs: Verdict) -> Difference | None:
    """The difference, or None if the verdicts agree or the oracle crashed."""
    if theirs.crash:
        return None
    if our.crash:
        last = our.crash.strip().splitlines()[-1]
        place = re.findall(r'File ".*?/((?:schema|router)/[^"]+)", line (\d+)', our.crash)
        return Difference("crash", f"{last[:80]} at {':'.join(place[-1]) if place else '?'}", (our.crash,))
    if our.accepted != theirs.accepted:
        return Difference("verdict", f"ours {_told(our)}; theirs {_told(theirs)}")
    if not our.accepted:
        if our.codes == theirs.codes or "NO_CODE" in theirs.codes:
            return None  # The oracle rejects a few sets without a code: then only the rejection is compared.
        if all("Syntax Error" in message for _, message in theirs.errors) and "INVALID_GRAPHQL" in our.codes:
            return None  # The oracle accepts only parsed documents, so nothing is known about the other subgraphs.
        only_ours = sorted(set(our.codes) - set(theirs.codes))
        only_theirs = sorted(set(theirs.codes) - set(our.codes))
        return Difference(
            "codes", f"only ours {', '.join(only_ours) or '-'}; only theirs {', '.join(only_theirs) or '-'}"
        )
    assert our.sdl is not None
    assert theirs.sdl is not None
    lines = differences(supergraph_data(our.sdl), supergraph_data(theirs.sdl))
    if not lines:
        return None
    shapes = sorted({_shape(line) for line in lines})
    return Difference("supergraph", "; ".join(shapes[:3]), tuple(lines))


def hint_difference(our: Verdict, theirs: Verdict) -> str | None:
    """How the hints of two accepting verdicts differ, by code and count; None if they agree."""
    missing, extra = Counter(theirs.hints) - Counter(our.hints), Counter(our.hints) - Counter(theirs.hints)
    extra.pop(OURS_ALONE, None)
    if not missing and not extra:
        return None
    return f"only ours {_counted(extra)}; only theirs {_counted(missing)}"


def _counted(codes: Counter[str]) -> str:
    return ", ".join(sorted(codes)) or "-"


def _told(verdict: Verdict) -> str:
    return "accepts" if verdict.accepted else f"refuses ({', '.join(verdict.codes)})"


def _shape(line: str) -> str:
    """A difference without the names of this schema."""
    path, _, rest = line.partition(": ")
    side = rest.split(":")[0] if rest.startswith("only ") else "differs"
    directive = re.search(r"only \w+: @(\w+)", line)
    shape = _NAMED.sub(r"\1.*", "." + path)[1:]
    return f"{shape} {side}{' @' + directive[1].rstrip('0123456789') if directive else ''}"


def percentage(part: int, whole: int) -> str:
    """`99.50 % (1990 of 2000)`."""
    return f"{100 * part / whole:.2f} % ({part} of {whole})" if whole else "none"


def codes_histogram(verdicts: Sequence[Verdict]) -> Counter[str]:
    """The number of verdicts with each error code."""
    return Counter(code for verdict in verdicts for code in verdict.codes)
