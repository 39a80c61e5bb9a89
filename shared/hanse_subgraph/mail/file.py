"""Mail as .eml files in a folder, one a message."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hanse_subgraph.mail.protocol import Mail, MailError
from hanse_wire.key_files import write_key_file
from hanse_wire.private_files import create_private_folder


class FileMailer:
    """Writes messages down. A message sent again is written over itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise MailError(f"cannot write to {self._folder}: {error.strerror}") from error

    async def forget(self, mail_id: str) -> None:
        try:
            await asyncio.to_thread(self._file(mail_id).unlink, missing_ok=True)
        except OSError as error:
            raise MailError(f"cannot delete from {self._folder}: {error.strerror}") from error

    def _file(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"

    def _write(self, mail: Mail) -> None:
        create_private_folder(self._folder)
        write_key_file(self._file(mail.id), mail.message().as_bytes())
