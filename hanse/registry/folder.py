"""The store in a folder, meant for git: `schema/published/`. Its files are described in `folder_files`.

A folder without versions begins with its exported files, as version 0. The history of deleted branches, and who
changed what in the files themselves, is that of git.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from graphql import print_schema

from hanse.registry.errors import (
    AlreadyExists,
    CompositionFailed,
    InvalidInput,
    NotFound,
    RegistryUnavailable,
    StoreBroken,
    TooLarge,
    VersionConflict,
)
from hanse.registry.folder_files import BRANCH, CHECK, FolderFiles, write_whole
from hanse.registry.store import (
    DEFAULT_VARIANT,
    Action,
    Approval,
    AuditEntry,
    Author,
    Branch,
    CheckRecord,
    CheckSummary,
    Line,
    OperationUsage,
    Publish,
    PublishedSubgraph,
    Version,
    VersionSummary,
)
from hanse.registry.versions import (
    MAX_BRANCHES,
    RESERVED_SUBGRAPHS,
    BranchState,
    NextVersion,
    approval_entry,
    as_file,
    audit_entry,
    branch_publish_next,
    branch_remove_next,
    check_line,
    check_name,
    create_branch_next,
    promote_next,
    publish_next,
    rebase_next,
    remove_next,
    require_base,
    rollback_next,
)
from hanse_schema.supergraph import InvalidSupergraphError, api_schema, parse_supergraph

log = logging.getLogger(__name__)
UNKNOWN = "unknown"


class FolderStore:
    """A `Store` in a folder. Processes of one machine take turns; those of several meet as a conflict in git."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._files = FolderFiles(folder)
        self._now = now

    def variants(self) -> tuple[str, ...]:
        """The variants that have a version."""
        with self._disk():
            folders = (self._files.root / "variants").glob("*")
            names = {folder.name for folder in folders if self._files.numbers(Line(folder.name))}
            if self._exported_files():
                names.add(DEFAULT_VARIANT)
            return tuple(sorted(names))

    def current(self, line: Line) -> Version:
        """The newest version; a branch is composed with its variant's newest."""
        with self._disk():
            if line.branch is not None:
                return self._current_branch(line)
            return self._existing(line)

    def history(self, line: Line, *, limit: int = 50, before: int | None = None) -> tuple[VersionSummary, ...]:
        """The newest versions first; of a folder without versions, its exported files."""
        with self._disk():
            self._check(line)
            numbers = [number for number in self._files.numbers(line) if before is None or number < before]
            if not numbers:
                exported = self._existing(line).summary
                return (exported,) if before is None else ()
            return tuple(self._files.read_version(line, number).summary for number in numbers[: -limit - 1 : -1])

    def show(self, line: Line, number: int) -> Version:
        """One version; 0 is that of the exported files."""
        with self._disk():
            self._check(line)
            if number == 0 and not self._files.numbers(line):
                return self._existing(line)
            return self._files.full(self._files.read_version(line, number))

    def publish(self, line: Line, publish: Publish, author: Author) -> Version:
        """Compose and write a version, or nothing."""
        return self.publish_all(line, (publish,), author, base_version=publish.base_version)

    def publish_all(
        self, line: Line, publishes: Sequence[Publish], author: Author, *, base_version: int | None = None
    ) -> Version:
        """Compose and write a version, or nothing."""
        with self._disk():
            if line.branch is not None:
                state = self._branch_state(line)
                require_base(line, state.branch, base_version)
                return self._commit(line, state.branch, branch_publish_next(state, publishes), author)
            check_name("variant", line.variant)
            before = self._latest(line)
            require_base(line, before, base_version)
            return self._commit(line, before, publish_next(before, publishes), author)

    def remove(self, line: Line, subgraph: str, author: Author, *, base_version: int | None = None) -> Version:
        """Remove a subgraph from a variant; on a branch, its replacement."""
        with self._disk():
            if line.branch is not None:
                state = self._branch_state(line)
                require_base(line, state.branch, base_version)
                return self._commit(line, state.branch, branch_remove_next(state, subgraph), author)
            before = self._existing(line)
            require_base(line, before, base_version)
            return self._commit(line, before, remove_next(before, subgraph), author)

    def rollback(self, variant: str, number: int, author: Author, *, base_version: int | None = None) -> Version:
        """Write an older version's schemas as a new version."""
        with self._disk():
            line = Line(variant)
            before = self._existing(line)
            require_base(line, before, base_version)
            old = self._files.full(self._files.read_version(line, number))
            return self._commit(line, before, rollback_next(before, old), author)

    def promote(self, source: str, target: str, author: Author, *, base_version: int | None = None) -> Version:
        """Write the schemas of one variant as a version of another."""
        with self._disk():
            line = Line(check_name("variant", target))
            before = self._latest(line)
            require_base(line, before, base_version)
            return self._commit(line, before, promote_next(self._existing(Line(source)), before), author)

    def branches(self, variant: str) -> tuple[Branch, ...]:
        """The branches of a variant."""
        with self._disk():
            files = (self._files.root / "branches" / check_name("variant", variant)).glob("*/branch.json")
            return tuple(self._branch(Line(variant, path.parent.name)) for path in sorted(files))

    def create_branch(self, variant: str, name: str, author: Author) -> Branch:
        """Create a branch, with the variant's schemas as version 1."""
        with self._disk():
            line = Line(variant, check_name("branch", name))
            made = create_branch_next(self._existing(Line(variant)))
            branch = Branch(name=name, variant=variant, who=author.who or UNKNOWN, when=self._now())
            with self._files.locked():
                if self._branch_file(line).exists():
                    raise AlreadyExists(f"{line} exists: publish to it, or choose another name")
                if len(self.branches(variant)) >= MAX_BRANCHES:
                    raise TooLarge(f"{variant} has {MAX_BRANCHES} branches, the maximum: delete one")
                shutil.rmtree(self._files.line_folder(line), ignore_errors=True)  # left by a crash
                self._write(line, 0, made, author)
                write_whole(self._branch_file(line), BRANCH.dump_json(branch, indent=2) + b"\n")
            return branch

    def delete_branch(self, variant: str, name: str, author: Author) -> None:
        """Delete a branch's folder."""
        with self._disk():
            line = Line(variant, name)
            self._check(line)
            with self._files.locked():
                self._branch_file(line).unlink(missing_ok=True)
                shutil.rmtree(self._files.line_folder(line), ignore_errors=True)

    def operations(self, variant: str, *, since: datetime | None = None) -> tuple[OperationUsage, ...]:
        """None: routers report to a server."""
        self._check(Line(variant))
        return ()

    def record_check(self, check: CheckRecord) -> CheckRecord:
        """Write the file of a check."""
        with self._disk():
            path = self._files.check_file(check_name("check", check.id))
            with self._files.locked():
                kept = self._files.read(path, CHECK).approvals if path.exists() else ()
                recorded = replace(check, approvals=kept)
                write_whole(path, CHECK.dump_json(recorded, indent=2) + b"\n")
            return recorded

    def checks(self, variant: str, *, limit: int = 50) -> tuple[CheckSummary, ...]:
        """The newest checks."""
        with self._disk():
            found = [check.summary for check in self._all_checks() if check.variant == variant]
            return tuple(sorted(found, key=lambda check: check.when, reverse=True)[:limit])

    def check(self, check: str) -> CheckRecord:
        """The check of a file."""
        with self._disk():
            path = self._files.check_file(check_name("check", check))
            if not path.is_file():
                raise NotFound(f"there is no check {check!r}: see the report of `hanse schema check`")
            return self._files.read(path, CHECK)

    def approve(self, check: str, reason: str, author: Author) -> CheckRecord:
        """Add an approval to the file of a check."""
        if not reason.strip():
            raise InvalidInput("an approval needs a reason: give one with --reason")
        with self._disk():
            self.check(check)
            with self._files.locked():
                found = self.check(check)
                approval = Approval(who=author.who or UNKNOWN, when=self._now(), reason=reason.strip())
                approved = replace(found, approvals=(*found.approvals, approval))
                write_whole(self._files.check_file(check), CHECK.dump_json(approved, indent=2) + b"\n")
            return approved

    def owners(self) -> str | None:
        """None: the file of owners is beside the folder, in the project."""
        return None

    def set_owners(self, text: str, author: Author) -> None:
        """Raises InvalidInput: the owners are a file in git."""
        raise InvalidInput("the owners of a folder are the file schema/OWNERS of its project: edit and commit it")

    def audit(self, *, limit: int = 50) -> tuple[AuditEntry, ...]:
        """The entries that the files of versions and approvals give."""
        with self._disk():
            entries = [audit_entry(summary) for line in self._lines() for summary in self.history(line, limit=limit)]
            entries += [
                approval_entry(check.id, approval) for check in self._all_checks() for approval in check.approvals
            ]
            return tuple(sorted(entries, key=lambda entry: entry.when, reverse=True)[:limit])

    # Branches

    def _current_branch(self, line: Line) -> Version:
        state = self._branch_state(line)
        try:
            made = rebase_next(state)
        except CompositionFailed as error:
            log.warning("%s keeps version %d: %s", line, state.branch.number, error)
            return state.branch
        try:
            return self._commit(line, state.branch, made, Author(who=self._branch(line).who))
        except VersionConflict:  # another process did it
            return self._existing(line)

    def _branch_state(self, line: Line) -> BranchState:
        self._check(line)
        newest = self._files.read_version(line, self._files.numbers(line)[-1])
        return BranchState(self._files.full(newest), newest.replaced, self._existing(Line(line.variant)))

    def _branch(self, line: Line) -> Branch:
        """A branch. Raises NotFound."""
        path = self._branch_file(line)
        if not path.is_file():
            raise NotFound(f"there is no {line}: create it with `hanse schema branch create`")
        newest = self._files.numbers(line)[-1]
        return replace(self._files.read(path, BRANCH), subgraphs=self._files.read_version(line, newest).replaced)

    def _branch_file(self, line: Line) -> Path:
        return self._files.line_folder(line) / "branch.json"

    # Versions

    def _check(self, line: Line) -> None:
        """Raises InvalidInput for an invalid name, and NotFound for a branch that does not exist."""
        check_line(line)
        if line.branch is not None:
            self._branch(line)

    def _existing(self, line: Line) -> Version:
        """The newest version of a variant. Raises NotFound."""
        self._check(line)
        if (found := self._latest(line)) is None:
            names = ", ".join(self.variants()) or "none: publish a subgraph"
            raise NotFound(f"{self._files.folder} has no variant {line.variant!r}; its variants are: {names}")
        return found

    def _latest(self, line: Line) -> Version | None:
        numbers = self._files.numbers(line)
        if numbers:
            return self._files.full(self._files.read_version(line, numbers[-1]))
        return self._exported() if line == Line(DEFAULT_VARIANT) else None

    def _exported_files(self) -> list[Path]:
        """The exported files; none when they lack the supergraph."""
        files = sorted(self._files.folder.glob("*.graphql"))
        return files if any(path.stem == "supergraph" for path in files) else []

    def _exported(self) -> Version | None:
        """The exported files as version 0; their time is that of the supergraph's file."""
        texts = {path.stem: path.read_text(encoding="utf-8") for path in self._exported_files()}
        if not texts:
            return None
        path = self._files.folder / "supergraph.graphql"
        try:
            supergraph = parse_supergraph(texts["supergraph"])
        except InvalidSupergraphError as error:
            raise StoreBroken(f"{path}: {error}; run `hanse schema export`") from error
        urls = {one.name: one.url for one in supergraph.subgraphs.values()}
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Version(
            summary=VersionSummary(
                number=0, line=Line(DEFAULT_VARIANT), who=UNKNOWN, when=when, action=Action.EXPORTED
            ),
            subgraphs=tuple(
                PublishedSubgraph(name, text, urls.get(name, ""))
                for name, text in texts.items()
                if name not in RESERVED_SUBGRAPHS
            ),
            supergraph=texts["supergraph"],
            api=texts.get("api") or as_file(print_schema(api_schema(supergraph))),
        )

    def _commit(self, line: Line, before: Version | None, made: NextVersion | None, author: Author) -> Version:
        """Write the next version, unless nothing changes or another was written since `before`."""
        if made is None:
            assert before is not None  # without a version, everything is a change
            return before
        with self._files.locked():
            if line.branch is not None:
                self._branch(line)  # it may have been deleted
            return self._write(line, before.number if before is not None else 0, made, author)

    def _write(self, line: Line, base: int, made: NextVersion, author: Author) -> Version:
        summary = VersionSummary(
            number=base + 1,
            line=line,
            who=author.who or UNKNOWN,
            when=self._now(),
            action=made.action,
            detail=made.detail,
            commit=author.commit,
            base_version=made.base_version,
            diff=made.diff,
        )
        newest = max(self._files.numbers(line), default=0)
        if newest != base or not self._files.write_version(summary, made.schemas, made.replaced):
            raise VersionConflict(str(line), base, max(self._files.numbers(line), default=0))
        if line == Line(DEFAULT_VARIANT):
            self._files.write_exported(made.schemas)
        schemas = made.schemas
        return Version(summary=summary, subgraphs=schemas.subgraphs, supergraph=schemas.supergraph, api=schemas.api)

    def _lines(self) -> Iterator[Line]:
        for variant in self.variants():
            yield Line(variant)
            yield from (Line(variant, branch.name) for branch in self.branches(variant))

    def _all_checks(self) -> Iterator[CheckRecord]:
        for path in sorted((self._files.root / "checks").glob("*.json")):
            yield self._files.read(path, CHECK)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = error.filename or self._files.folder
            raise RegistryUnavailable(f"cannot use {where}: {error.strerror or error}; correct it and retry") from error
        except UnicodeDecodeError as error:
            raise StoreBroken(f"a file of {self._files.folder} is not UTF-8: {error}; restore it") from error
