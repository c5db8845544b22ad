"""Letters that wait to be sent, the oldest first: files in a folder, or in memory. Bounded by bytes."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path

from vedette.agent.forward.letters import Letter

SUFFIX = ".letter"


class Spool:
    """From any thread; what is beyond `most` bytes is refused, so that what was promised earlier is kept."""

    def __init__(self, folder: Path | None, most: int) -> None:
        """Takes up what an earlier process left in the folder.

        Raises:
            OSError: the folder can't be made or read.
        """
        self._folder = folder
        self._most = most
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, int]] = deque()
        self._held: dict[int, bytes] = {}
        self.size = 0
        """Bytes that wait."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._take_up(folder)
        self._last = self._waiting[-1][0] if self._waiting else 0

    @property
    def in_memory(self) -> bool:
        """Whether it ends with the process."""
        return self._folder is None

    def __len__(self) -> int:
        return len(self._waiting)

    def _take_up(self, folder: Path) -> None:
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.stem.isdigit():
                self._note(int(path.stem), path.stat().st_size)

    def _note(self, number: int, size: int) -> None:
        self._waiting.append((number, size))
        self.size += size

    def put(self, letter: Letter) -> bool:
        """Takes a letter; False if there is no room for it, or the disk does not take it."""
        content = letter.to_bytes()
        with self._changed:
            if self.size + len(content) > self._most:
                return False
            number = self._last + 1
            try:
                self._write(number, content)
            except OSError:
                return False
            self._last = number
            self._note(number, len(content))
            self._changed.notify_all()
            return True

    def _write(self, number: int, content: bytes) -> None:
        if self._folder is None:
            self._held[number] = content
            return
        path = self._path(number)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)

    def _path(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number:016d}{SUFFIX}"

    def wait(self, seconds: float) -> bool:
        """Waits until there is a letter; False if there is none after that time."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._waiting), seconds)

    def wake(self) -> None:
        """Lets `wait` look again."""
        with self._changed:
            self._changed.notify_all()

    def first(self, most: int) -> tuple[list[Letter], int]:
        """The oldest letters that can be sent as one, of about `most` bytes; and how many places of the spool they
        take (what can't be read any more takes a place, too).
        """
        letters: list[Letter] = []
        size = places = 0
        for number, length in list(self._waiting):
            letter = self._read(number)
            if letters and (size + length > most or not _alike(letters[0], letter)):
                break
            places += 1
            if letter is not None:
                letters.append(letter)
                size += length
        return letters, places

    def _read(self, number: int) -> Letter | None:
        try:
            return Letter.from_bytes(self._held[number] if self._folder is None else self._path(number).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remove(self, places: int) -> None:
        """Forgets the oldest letters."""
        for _ in range(places):
            with self._changed:
                number, size = self._waiting.popleft()
                self.size -= size
                self._held.pop(number, None)
            if self._folder is not None:
                with contextlib.suppress(OSError):
                    self._path(number).unlink()


def _alike(one: Letter, other: Letter | None) -> bool:
    return other is not None and one.joinable and (one.path, one.headers) == (other.path, other.headers)
