"""`hanse init` and `hanse add subgraph`: write files from the templates in `hanse/templates/`.

A template is a file with `${...}` of `string.Template`; `NAME` in its path is the subgraph's name. Files of the project
that list subgraphs have the template of an entry in comments that begin with `#+`, `--+` or `<!--+`: each new subgraph
gets a filled copy above them.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from hanse.project import Project
from hanse_wire.command_line import CommandError, CommandUsageError

SUFFIX = ".tmpl"
FIRST_PORT = 4001
NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
ENTRY = re.compile(r"(\s*)(?:#|--|<!--)\+ ?(.*?)(?: ?-->)?")
TABLE = re.compile(r"\[(?:tool\.hanse\.)?subgraphs\]")


def write_project(folder: Path) -> list[Path]:
    """Write a project without subgraphs. Returns its files. Raises CommandError when the folder is not empty."""
    if folder.is_dir() and any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty: give a new folder")
    project = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-") or "project"
    return _write("project", folder, {"project": project, "version": version("hanse")})


def write_subgraph(project: Project, name: str) -> list[Path]:
    """Write a subgraph's package and tests, and add it to the project's configuration and lists. Returns the files.

    Raises CommandUsageError when the name is not usable, and CommandError when a file exists.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CommandUsageError(f"{name!r} cannot be the name of a subgraph: use lower-case letters and digits")
    if name in project.subgraphs:
        raise CommandUsageError(f"there is a subgraph {name!r} already")
    config = project.config
    package, tests = project.folder / config.package / name, project.folder / config.tests / name
    for folder in (package, tests):
        if folder.exists():
            raise CommandError(f"{folder} exists already: remove it, or choose another name")
    values = _values(project, name)
    written = [*_write("subgraph", package, values), *_write("tests", tests, values)]
    _add_to_configuration(project.file, values)
    lists = [path for path in (project.folder / path for path in config.lists) if _add_to_list(path, values)]
    return [*written, project.file, *lists]


def _values(project: Project, name: str) -> dict[str, str]:
    item = _singular(name)
    return {
        "name": name,
        "upper": name.upper(),
        "title": name.capitalize(),
        "item": item,
        "entity": item.title().replace("_", ""),
        "field": re.sub(r"_(.)", lambda match: match[1].upper(), item),
        "package": project.config.package,
        "tests": project.config.tests,
        "port": str(max([FIRST_PORT - 1, *(subgraph.port for subgraph in project.subgraphs.values())]) + 1),
    }


def _singular(name: str) -> str:
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith("s") and not name.endswith("ss"):
        return name[:-1]
    return f"{name}_item"


def _write(template: str, target: Path, values: Mapping[str, str]) -> list[Path]:
    written = []
    for parts, source in _templates(files("hanse") / "templates" / template):
        path = target.joinpath(*parts).with_name(parts[-1].removesuffix(SUFFIX).replace("NAME", values.get("name", "")))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
        written.append(path)
    return written


def _templates(folder: Traversable, parents: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        parts = (*parents, entry.name)
        if entry.is_dir():
            yield from _templates(entry, parts)
        elif entry.name.endswith(SUFFIX):
            yield parts, entry


def _add_to_configuration(path: Path, values: Mapping[str, str]) -> None:
    line = '${name} = { declaration = "${package}.${name}.declaration:subgraph", port = ${port} }'
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next((number for number, text in enumerate(lines) if TABLE.fullmatch(text.strip())), None)
    if start is None:
        lines += ["", f"[{'tool.hanse.' if path.name == 'pyproject.toml' else ''}subgraphs]"]
        start = len(lines) - 1
    end = next((number for number, text in enumerate(lines) if number > start and text.startswith("[")), len(lines))
    last = max(number for number in range(start, end) if lines[number].strip() and not lines[number].startswith("#"))
    lines.insert(last + 1, Template(line).substitute(values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _add_to_list(path: Path, values: Mapping[str, str]) -> bool:
    """Whether the file exists and has templates of entries."""
    if not path.is_file():
        return False
    result: list[str] = []
    template: list[str] = []
    added = False
    for text in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if ENTRY.fullmatch(text):
            template.append(text)
            continue
        if template:
            end = len(result)
            if template[0].startswith("<!--"):  # Markdown: a comment is separated from the list by an empty line
                end = max(number for number, line in enumerate(result) if line) + 1
            result[end:end] = [_entry(line, values) for line in template]
            result += template
            template, added = [], True
        result.append(text)
    path.write_text("\n".join(result[:-1]) + "\n", encoding="utf-8")
    return added


def _entry(line: str, values: Mapping[str, str]) -> str:
    match = ENTRY.fullmatch(line)
    assert match is not None
    return f"{match[1]}{Template(match[2]).safe_substitute(values)}".rstrip()
