"""The published schemas that a change is compared with: of a configuration file, a folder, a git commit, or a "
"registry."""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hanse.registry.folder import FolderStore
from hanse.registry.store import Line, Store
from hanse.supergraph_config import read_config, read_subgraphs
from hanse_schema.subgraph.model import SubgraphSource
from hanse_wire.command_line import CommandError

GIT_TIMEOUT = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Published:
    """The subgraphs of a graph by name; `files` has the path of each SDL that is a file."""

    subgraphs: dict[str, SubgraphSource]
    files: dict[str, Path] = field(default_factory=dict)
    version: int = 0


def of_config(path: Path) -> Published:
    """The subgraphs of a supergraph.yaml. Raises CommandError where it or a schema cannot be read."""
    configured = read_config(path).subgraphs
    files = {name: path.parent / one.source.file for name, one in configured.items() if one.source.file is not None}
    return Published({source.name: source for source in read_subgraphs(path)}, files)


def of_store(store: Store, line: Line) -> Published:
    """The subgraphs of the current version of a line. Raises RegistryError."""
    version = store.current(line)
    sources = {one.name: SubgraphSource(one.name, one.sdl, one.url) for one in version.subgraphs}
    return Published(sources, version=version.number)


def of_folder(folder: Path) -> Published:
    """The subgraphs of a folder that `hanse schema export` wrote. Raises CommandError and RegistryError."""
    if not (folder / "supergraph.graphql").is_file():
        raise CommandError(f"{folder} has no supergraph.graphql: run `hanse schema export`, or give another folder")
    found = of_store(FolderStore(folder), Line())
    return Published(found.subgraphs, {name: folder / f"{name}.graphql" for name in found.subgraphs}, found.version)


def is_folder(against: str) -> bool:
    """Whether the value of --against is a folder, and not a git commit."""
    return Path(against).is_dir()


@contextmanager
def at_commit(commit: str, folder: Path) -> Iterator[Path]:
    """A copy of a folder as it was at a git commit, deleted at the end; it does not exist if there was none.

    Raises CommandError where there is no repository or no such commit.
    """
    absolute = folder.absolute()
    around = next(one for one in (absolute, *absolute.parents) if one.is_dir())
    top = Path(_git(around, "rev-parse", "--show-toplevel").decode().strip())
    inside = absolute.resolve().relative_to(top).as_posix()
    known = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}").decode().strip()
    with tempfile.TemporaryDirectory(prefix="hanse-") as temporary:
        if _git(top, "ls-tree", "--name-only", known, "--", inside) or inside == ".":
            with zipfile.ZipFile(io.BytesIO(_git(top, "archive", "--format=zip", known, "--", inside))) as archive:
                archive.extractall(temporary)
        yield Path(temporary) / inside


def commits(commit: str, folder: Path, count: int) -> list[str]:
    """The newest commits that changed a folder, up to a commit, the newest last. Raises CommandError as `at_commit`."""
    absolute = folder.absolute()
    if commit.startswith("-"):
        raise CommandError(f"{commit!r} is not a git commit: give a branch, a tag or a hash with --against")
    found = _git(absolute, "log", "--format=%H", f"--max-count={count}", commit, "--", ".").decode().split()
    return found[::-1]


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(("git", *arguments), cwd=folder, capture_output=True, timeout=GIT_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"cannot run git: {error}; give a folder with --against") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip() or "there is no such commit"
        command = " ".join(arguments)
        raise CommandError(f"`git {command}` failed in {folder}: {reason}; fetch the commit, or give a folder")
    return done.stdout
