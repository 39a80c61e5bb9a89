"""Progress on a terminal, and nothing elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.e2e.processes import ROOT

CODE = """
import threading
from hanse import progress
progress.PATIENCE = 0.05
with progress.progress("composing"):
    threading.Event().wait(0.5)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_what_takes_long_and_clears_it() -> None:
    parent, child = pty.openpty()
    try:
        subprocess.run([sys.executable, "-c", CODE], stderr=child, check=True, timeout=60, cwd=ROOT)
        shown = os.read(parent, 10_000).decode()
    finally:
        os.close(parent)
        os.close(child)
    assert "composing ... 0 s" in shown
    assert shown.endswith("\r\x1b[K")


def test_a_file_gets_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True, timeout=60, cwd=ROOT)
    assert done.stderr == b""
