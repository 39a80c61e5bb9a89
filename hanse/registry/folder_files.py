"""The files of a folder store: versions, schemas by their hash, branches and checks. Each is written whole.

    published/
      NAME.graphql  supergraph.graphql  api.graphql       the current version of `production`, as `schema export` writes
      registry/
        variants/VARIANT/N.json                           a version: who, when, commit, and the hashes of its schemas
        branches/VARIANT/BRANCH/branch.json, N.json       a feature branch, and its versions
        checks/ID.json                                    a check with its approvals
        objects/HASH.graphql                              a schema

A version's number is taken by creating its file, which fails when another process has created it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from hanse.registry.errors import NotFound, StoreBroken
from hanse.registry.store import Branch, CheckRecord, Line, PublishedSubgraph, Version, VersionSummary
from hanse.registry.versions import Schemas
from hanse.whole_file import temporary_beside

Stored = TypeVar("Stored")
MODE = 0o644  # of all files: they are for git


@dataclass(frozen=True, slots=True)
class StoredSubgraph:
    """A subgraph of a stored version; `sdl` is the hash of its schema."""

    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as its file has it, with the hashes of the supergraph and the API schema.

    `replaced` are the subgraphs that a branch replaces.
    """

    summary: VersionSummary
    subgraphs: dict[str, StoredSubgraph]
    supergraph: str
    api: str
    replaced: tuple[str, ...] = ()


VERSION = TypeAdapter(StoredVersion)
BRANCH = TypeAdapter(Branch)
CHECK = TypeAdapter(CheckRecord)


class FolderFiles:
    """Reads and writes the files. Raises StoreBroken where one is invalid, and OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "registry"

    def line_folder(self, line: Line) -> Path:
        """The folder of a line's versions."""
        if line.branch is None:
            return self.root / "variants" / line.variant
        return self.root / "branches" / line.variant / line.branch

    def check_file(self, check: str) -> Path:
        """The file of a check."""
        return self.root / "checks" / f"{check}.json"

    def numbers(self, line: Line) -> list[int]:
        """The numbers of a line's versions, ascending."""
        names = (path.stem for path in self.line_folder(line).glob("*.json"))
        return sorted(int(name) for name in names if name.isdecimal())

    def read_version(self, line: Line, number: int) -> StoredVersion:
        """A version of a line. Raises NotFound."""
        path = self.line_folder(line) / f"{number}.json"
        if not path.is_file():
            raise NotFound(f"{line} has no version {number}: see `hanse schema history`")
        return self.read(path, VERSION)

    def full(self, stored: StoredVersion) -> Version:
        """A stored version with its schemas."""
        subgraphs = tuple(
            PublishedSubgraph(name, self.read_object(one.sdl), one.url)
            for name, one in sorted(stored.subgraphs.items())
        )
        return Version(
            summary=stored.summary,
            subgraphs=subgraphs,
            supergraph=self.read_object(stored.supergraph),
            api=self.read_object(stored.api),
        )

    def write_version(self, summary: VersionSummary, schemas: Schemas, replaced: tuple[str, ...]) -> bool:
        """Write a version; False, with nothing written, when its number is taken."""
        line = summary.line
        created: list[Path] = []
        stored = StoredVersion(
            summary,
            {one.name: StoredSubgraph(one.url, self.write_object(one.sdl, created)) for one in schemas.subgraphs},
            self.write_object(schemas.supergraph, created),
            self.write_object(schemas.api, created),
            replaced,
        )
        path = self.line_folder(line) / f"{summary.number}.json"
        with _temporary(path, VERSION.dump_json(stored, indent=2) + b"\n") as temporary:
            try:
                os.link(temporary, path)
            except FileExistsError:
                for orphan in created:
                    orphan.unlink(missing_ok=True)
                return False
        return True

    def write_object(self, text: str, created: list[Path]) -> str:
        """Store a schema; returns its hash. A new file is added to `created`."""
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        path = self.root / "objects" / f"{digest}.graphql"
        if not path.exists():
            write_whole(path, content)
            created.append(path)
        return digest

    def read_object(self, digest: str) -> str:
        """The schema with the hash. Raises StoreBroken when it is missing or another."""
        path = self.root / "objects" / f"{digest}.graphql"
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreBroken(f"{path} is missing: restore it, for example with `git checkout`") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise StoreBroken(f"{path} was changed: restore it, for example with `git checkout`")
        return content.decode()

    def read(self, path: Path, form: TypeAdapter[Stored]) -> Stored:
        """A JSON file in its form."""
        try:
            return form.validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise StoreBroken(
                f"{path} cannot be read: {first['msg']}; restore it, for example with `git checkout`"
            ) from error

    def write_exported(self, schemas: Schemas) -> None:
        """Write the subgraphs, the supergraph and the API schema as `hanse schema export` does."""
        files = {one.name: one.sdl for one in schemas.subgraphs}
        files |= {"supergraph": schemas.supergraph, "api": schemas.api}
        for name, text in files.items():
            write_whole(self.folder / f"{name}.graphql", text.encode())
        for path in self.folder.glob("*.graphql"):
            if path.stem not in files:
                path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Exclude other processes of this machine that write."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)  # which releases the lock


@contextmanager
def _temporary(path: Path, content: bytes) -> Iterator[Path]:
    """A complete file beside a file of the store, whose folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_beside(path, content, MODE) as temporary:
        yield temporary


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file of the store; readers see the old content or the new."""
    with _temporary(path, content) as temporary:
        os.replace(temporary, path)
