"""Who runs a command, and the commit that is checked out: from options, the variables of CI, or git."""

from __future__ import annotations

import getpass
import os
import subprocess

from hanse.registry.store import Author

COMMIT_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA")  # of GitHub Actions and GitLab CI
TIMEOUT = 5.0  # seconds


def current_author(*, who: str | None = None, commit: str | None = None) -> Author:
    """The author of a change; what is not given is found."""
    return Author(who=current_user(who), commit=commit or _commit())


def current_user(who: str | None = None) -> str:
    """Who runs the command, as given, or found."""
    return who or _git_user() or _user()


def _commit() -> str | None:
    given = next((os.environ[name] for name in COMMIT_VARIABLES if os.environ.get(name)), None)
    return given or _git("rev-parse", "HEAD") or None


def _git_user() -> str:
    return _git("config", "user.name")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""


def _git(*arguments: str) -> str:
    """The output of a git command; empty when it fails, or there is no git."""
    try:
        done = subprocess.run(("git", *arguments), capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
