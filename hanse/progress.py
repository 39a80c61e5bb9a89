"""Progress of what takes longer than a second: one line on stderr, only on a terminal."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

PATIENCE = 1.0  # seconds without a line
INTERVAL = 0.1  # seconds between two updates
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
CLEAR = "\r\x1b[K"


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show `what` and the seconds passed while the block runs, from its second second on, and clear the line then."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(what, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(what: str, ended: threading.Event) -> None:
    start = time.monotonic()
    if ended.wait(PATIENCE):
        return
    for frame in itertools.cycle(FRAMES):
        click.echo(f"{CLEAR}{frame} {what} ... {time.monotonic() - start:.0f} s", nl=False, err=True)
        if ended.wait(INTERVAL):
            break
    click.echo(CLEAR, nl=False, err=True)
