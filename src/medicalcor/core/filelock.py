"""A lock that the kernel gives back when its holders are dead, however they died."""

import fcntl
from pathlib import Path
from typing import IO


class FileLock:
    """On a file whose text says who holds it. A child that inherits `fileno` holds it as well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: IO[str] | None = None

    @property
    def is_held(self) -> bool:
        return self._held is not None

    def acquire(self, *, note: str) -> bool:
        """Whether the lock is ours now; `note` is for whoever finds it held."""
        handle = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._held = handle
        self.write(note)
        return True

    def write(self, note: str) -> None:
        if self._held is None:
            raise RuntimeError("only the holder writes the note")
        self._held.truncate(0)
        self._held.write(note)
        self._held.flush()

    def note(self) -> str:
        """What the holder wrote, or the last one."""
        return self._path.read_text(encoding="utf-8").strip() if self._path.exists() else ""

    def fileno(self) -> int:
        if self._held is None:
            raise RuntimeError("the lock is not held")
        return self._held.fileno()

    def release(self) -> None:
        """Give up our hold; children that inherited it keep theirs."""
        if self._held:
            self._held.close()
            self._held = None
