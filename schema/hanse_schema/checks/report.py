"""The report of a check: findings, each with a level and a stable code, and a verdict.

Every check returns findings. The report adds nothing to them but an order, an id and approvals.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

ID_LENGTH = 16  # hexadecimal digits of the ids of checks and findings


class CheckName(Enum):
    """The checks, in the order of the report."""

    COMPOSITION = "composition"
    CONTRACTS = "contracts"
    CHANGES = "changes"
    USAGE = "usage"
    PLANS = "plans"
    REQUIREMENTS = "requirements"
    LINT = "lint"
    EVENTS = "events"
    OWNERSHIP = "ownership"


class Level(Enum):
    """What a finding does to the verdict: an error fails the check unless it is approved; the others never do.

    A breaking change is an error, a dangerous one a warning, a safe one a note.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A location in a file. Lines and columns count from 1; 0 if unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Edit:
    """A text of a file to replace, up to and without its end. Lines and columns count from 1."""

    file: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """Edits that a tool can apply, and what they do in one line. Edits of one file do not overlap."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """More about a finding: a text of one or more lines under a title, such as a plan."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ClientUse:
    """The use of an operation by one version of a client. `last_seen` is in ISO 8601; empty if unknown."""

    name: str
    version: str
    count: int
    last_seen: str = ""


@dataclass(frozen=True, slots=True)
class AffectedOperation:
    """An operation that a finding is about, and the clients that send it. `source` is a file or `usage`."""

    name: str
    hash: str
    source: str
    reason: str
    clients: tuple[ClientUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a check, when (ISO 8601), and why."""

    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check. The message is what is the case, then what to do.

    `code` is stable. `coordinate` is the schema coordinate (`Product.price`).
    `subject` tells findings of the same code and coordinate apart, such as the name of an operation.
    `owners` are those of the element, who may approve; everybody may where it has none.
    `content` is the message without what depends on use; empty where that is the whole message.
    """

    check: CheckName
    level: Level
    code: str
    message: str
    coordinate: str | None = None
    subject: str = ""
    locations: tuple[FileLocation, ...] = ()
    details: tuple[Detail, ...] = ()
    affected: tuple[AffectedOperation, ...] = ()
    patch: Patch | None = None
    approval: Approval | None = None
    owners: tuple[str, ...] = ()
    content: str = ""

    @property
    def id(self) -> str:
        """A hash of what was found; it does not depend on lines, messages or use."""
        return content_id([self.check.value, self.code, self.coordinate or "", self.subject])

    @property
    def fingerprint(self) -> str:
        """A hash of what was found and what it is, such as the types of a field before and after."""
        return content_id([self.id, self.content or self.message])

    @property
    def fails(self) -> bool:
        """Whether it fails the check."""
        return self.level is Level.ERROR and self.approval is None

    @property
    def approvable(self) -> bool:
        """Whether it is an error that can be approved: what does not compose cannot be."""
        return self.level is Level.ERROR and self.check is not CheckName.COMPOSITION

    def __str__(self) -> str:
        places = f" [{', '.join(map(str, self.locations))}]" if self.locations else ""
        return f"{self.level.value} {self.code}: {self.message}{places}"


class Verdict(Enum):
    """The result of a check run. NOT_CHECKED is for input that cannot be read, such as SDL with syntax errors."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"

    @property
    def exit_code(self) -> int:
        """The exit code of `hanse schema check`: 0, 1 or 2."""
        return _EXIT_CODES[self]


_EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.NOT_CHECKED: 2}
_CHECKS = {check: position for position, check in enumerate(CheckName)}
_LEVELS = {level: position for position, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class SkippedCheck:
    """A check that did not run, and why."""

    check: CheckName
    reason: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All findings of one run over the changed subgraphs, in order: by check, level, coordinate and code.

    `change` is a hash of the subgraphs' schemas before and after. `recorded` is whether a store has the report, so that
    it can be approved there.
    """

    subgraphs: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    skipped: tuple[SkippedCheck, ...] = ()
    readable: bool = field(default=True, kw_only=True)
    change: str = field(default="", kw_only=True)
    recorded: bool = field(default=False, kw_only=True)

    @property
    def id(self) -> str:
        """A hash of the change and its errors, approved or not: the same change has the same id everywhere."""
        return content_id([*sorted(self.subgraphs), self.change, *sorted(self.errors)])

    @property
    def errors(self) -> frozenset[str]:
        """The ids of the errors, approved or not."""
        return frozenset(finding.id for finding in self.findings if finding.level is Level.ERROR)

    @property
    def fingerprints(self) -> frozenset[str]:
        """The fingerprints of the errors, approved or not."""
        return frozenset(finding.fingerprint for finding in self.findings if finding.level is Level.ERROR)

    @property
    def verdict(self) -> Verdict:
        """NOT_CHECKED where the input cannot be read, FAILED where a finding fails, else PASSED."""
        if not self.readable:
            return Verdict.NOT_CHECKED
        return Verdict.FAILED if any(finding.fails for finding in self.findings) else Verdict.PASSED

    @property
    def approvable(self) -> bool:
        """Whether it failed, and an approval makes it pass."""
        failing = [finding for finding in self.findings if finding.fails]
        return self.readable and bool(failing) and all(finding.approvable for finding in failing)

    def of(self, check: CheckName) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(finding for finding in self.findings if finding.check is check)

    def count(self, level: Level) -> int:
        """The number of findings of a level, without those that are approved."""
        return sum(finding.level is level and finding.approval is None for finding in self.findings)

    @property
    def approvals(self) -> int:
        """The number of findings that are approved."""
        return sum(finding.approval is not None for finding in self.findings)

    def approved(self, approval: Approval, may_approve: Callable[[Finding], bool] = lambda _: True) -> CheckReport:
        """The report with the approval on each error that can be approved, has no other one, and that it may cover."""
        findings = (
            replace(f, approval=approval) if f.fails and f.approvable and may_approve(f) else f for f in self.findings
        )
        return replace(self, findings=tuple(findings))

    def with_finding(self, finding: Finding) -> CheckReport:
        """The report with one more finding."""
        return replace(self, findings=tuple(sorted((*self.findings, finding), key=_order)))


def report_of(
    subgraphs: Iterable[str], findings: Iterable[Finding], skipped: Iterable[SkippedCheck] = ()
) -> CheckReport:
    """A report with its findings in order."""
    return CheckReport(tuple(subgraphs), tuple(sorted(findings, key=_order)), tuple(skipped))


def content_id(parts: Iterable[str]) -> str:
    """A short hash of texts in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:ID_LENGTH]


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    return (
        _CHECKS[finding.check],
        _LEVELS[finding.level],
        finding.coordinate or "",
        finding.code,
        finding.subject,
    )
