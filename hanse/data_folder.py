"""The data folder of embedded mode: databases, keys, the event log."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hanse.failures import Failure


def open_data_folder(path: Path) -> Path:
    """The folder, made if missing, as an absolute path. Raises Failure where it cannot be read and written."""
    folder = path.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.listdir(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise Failure(f"{folder} is a file, not a folder: give another with --data") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(
            f"cannot use the data folder {folder}: {reason}; mend its rights, or give another with --data"
        ) from error
    return folder
