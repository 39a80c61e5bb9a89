"""The router's settings in a project: who issues tokens, and the key that signs those for subgraphs."""

from __future__ import annotations

from pathlib import Path

from hanse.project import Project
from hanse.up import project_router_settings
from hanse_router.identity.revocations import LocalRevocations, RevocationSource
from hanse_router.settings import RouterSettings
from hanse_subgraph.declaration import TokenIssuer


def project_router(
    project: Project, folder: Path, config: Path | None
) -> tuple[RouterSettings, dict[str, RevocationSource]]:
    """The settings, and the revocation lists by issuer. Raises CommandError when a setting is wrong."""
    issuers = _token_issuers(project, folder)
    settings = project_router_settings(project, issuers, folder, config)
    return settings, {one.issuer: LocalRevocations(one.revocations) for one in issuers}


def _token_issuers(project: Project, folder: Path) -> list[TokenIssuer]:
    """The subgraphs that issue access tokens. One whose code is broken is left out: its process reports why."""
    found = []
    for subgraph in project.subgraphs.values():
        try:
            describe = subgraph.declared.token_issuer
            if describe is not None:
                found.append(describe(subgraph.create({"data_dir": folder})))
        except Exception:
            continue
    return found
