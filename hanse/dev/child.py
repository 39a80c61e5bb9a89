"""The process of a Python subgraph, as it runs itself: `hanse dev` starts it.

It is forked from one that has imported this module (multiprocessing's "forkserver"), and where the extra `subgraph` is
installed the kit and its libraries: only the subgraph's own modules are imported at each start.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from hanse.dev.code_files import is_code_in
from hanse.dev.processes import Started
from hanse.dev.tasks import ChildTask
from hanse_wire.command_line import CommandError
from hanse_wire.logging import configure_logging

STOP_SECONDS = 5.0  # that a process has to end after its parent has


def run_child(task: ChildTask, listener: socket.socket, ready: Connection, output: Connection) -> None:
    """Serve the subgraph until SIGTERM, or until the parent ends. Sends to `ready` how the start ended.

    What it prints goes to `output`. Exits with 1 when it cannot start.
    """
    os.setpgrp()  # Ctrl-C reaches the whole group of a terminal; the parent ends its children
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    sys.dont_write_bytecode = True  # its age is in whole seconds: a second edit within one would not be seen
    threading.Thread(target=_end_with_parent, daemon=True).start()
    configure_logging()
    starting = _Starting(ready)
    try:
        task.serve(listener, starting)
    except CommandError as error:
        print(error.format_message(), file=sys.stderr, flush=True)
        starting.fails(error.format_message())
        sys.exit(1)
    except BaseException as error:
        traceback.print_exc()
        starting.fails(located(error, task.folder))
        sys.exit(1)


class _Starting:
    """Sends how the start ended, once."""

    def __init__(self, ready: Connection) -> None:
        self._ready = ready
        self._sent = False

    def serves(self, sdl: str) -> None:
        """It serves; this is its SDL."""
        self._send(Started(sdl=sdl))

    def fails(self, reason: str) -> None:
        """It cannot serve."""
        self._send(Started(error=reason))

    def _send(self, started: Started) -> None:
        if not self._sent:
            self._sent = True
            with contextlib.suppress(OSError):  # the parent has ended
                self._ready.send(started)


def located(error: BaseException, folder: Path) -> str:
    """An error in one line that begins with its place: the last one in the folder's own code, where there is one."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        places = [(Path(error.filename), error.lineno)]
        message = error.msg
    else:
        frames = traceback.extract_tb(error.__traceback__)
        places = [(Path(frame.filename), frame.lineno) for frame in frames]
        message = str(error)
    own = [(path.relative_to(folder), line) for path, line in places if is_code_in(path, folder)]
    shown = " ".join(f"{type(error).__name__}: {message}".split())
    return "".join([*(f"{path}:{line}: " for path, line in (own or places)[-1:]), shown])


def _end_with_parent() -> None:
    """End this process after its parent, however the parent ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(STOP_SECONDS)
    os._exit(1)
