"""Who owns what a check found, and who has to approve it."""

from __future__ import annotations

from collections.abc import Iterable

from hanse.checks.places import Places
from hanse.checks.request import CheckRequest
from hanse_schema.checks.ownership import check_ownership, with_owners
from hanse_schema.checks.report import CheckName, Finding


def with_ownership(findings: Iterable[Finding], request: CheckRequest, places: Places) -> list[Finding]:
    """The findings with their owners, and those about approvals."""

    def subgraphs_of(finding: Finding) -> Iterable[str]:
        if finding.check is CheckName.EVENTS:
            return request.events.publishers_of(finding.coordinate or "")
        return places.subgraphs_of(finding.coordinate or "") or request.changed

    owned = with_owners(findings, subgraphs_of, request.ownership)
    return [*owned, *check_ownership(owned)]
