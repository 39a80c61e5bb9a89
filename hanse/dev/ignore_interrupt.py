"""Imported first by the process that the subgraphs' processes are forked from: Ctrl-C does not end it while it imports.

A terminal sends SIGINT to the whole group; `hanse dev` ends its processes itself.
"""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
