"""A subgraph of the project in a process of its own, as `hanse dev` starts it.

The process is forked from one that has imported this module (multiprocessing's "forkserver"), and with it the kit and
its libraries: only the subgraph's own modules are imported at each start.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import traceback
from multiprocessing.connection import Connection

import alembic.command  # noqa: F401
import sqlmodel  # noqa: F401

from hanse.dev.processes import ChildTask
from hanse.project import find_project
from hanse.serving import ServerCallbacks, serve
from hanse_subgraph.http import http_app
from hanse_wire.command_line import CommandError
from hanse_wire.logging import configure_logging

STOP_SECONDS = 5.0  # that a process has to end after its parent has


def run_child(task: ChildTask, listener: socket.socket, ready: Connection, output: Connection) -> None:
    """Serve the subgraph until SIGTERM, or until the parent ends. Sends its SDL to `ready` when it serves.

    What it prints goes to `output`. Exits with 1 when it cannot start.
    """
    os.setpgrp()  # Ctrl-C reaches the whole group of a terminal; the parent ends its children
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    configure_logging()
    try:
        _serve(task, listener, ready)
    except CommandError as error:
        print(error.format_message(), file=sys.stderr, flush=True)
        sys.exit(1)
    except BaseException:
        traceback.print_exc()
        sys.exit(1)


def _serve(task: ChildTask, listener: socket.socket, ready: Connection) -> None:
    app = find_project(task.project).subgraph(task.name).create({"data_dir": task.data})
    callbacks = ServerCallbacks(lambda: ready.send(app.sdl), app.drain)
    serve(http_app(app), [listener], app.settings.server, callbacks)


def _end_with_parent() -> None:
    """End this process after its parent, however the parent ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(STOP_SECONDS)
    os._exit(1)
