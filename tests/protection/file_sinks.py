"""The ways of the standard library to a file, each with a name to be used in `public/`."""

from __future__ import annotations

import codecs
import fileinput
import gzip
import io
import linecache
import os
import shutil
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

# ruff: noqa: SIM115, UP020, PTH  (the ways themselves are what is tested)


class Way(NamedTuple):
    """A sink, and the last part of a path that it can do something with."""

    use: Callable[[str], Any]
    name: str = "a.txt"


def _closed(file: Any) -> bool:
    file.close()
    return True


def _at(name: str) -> Path:
    return Path("public", name)


def _descriptor(flags: int, *mode: int) -> Callable[[str], Any]:
    return lambda name: os.close(os.open(f"public/{name}", flags, *mode))


def _scanned(name: str) -> list[str]:
    with os.scandir(f"public/{name}") as entries:
        return [entry.name for entry in entries]


WAYS = {
    "open": Way(lambda name: _closed(open(f"public/{name}"))),
    "open to write": Way(lambda name: _closed(open(f"public/{name}", "w")), "new.txt"),
    "open of bytes": Way(lambda name: _closed(open(f"public/{name}".encode()))),
    "io.open": Way(lambda name: _closed(io.open(f"public/{name}"))),
    "io.FileIO": Way(lambda name: _closed(io.FileIO(f"public/{name}"))),
    "io.open_code": Way(lambda name: _closed(io.open_code(os.path.abspath("public") + f"/{name}"))),
    "codecs.open": Way(lambda name: _closed(codecs.open(f"public/{name}", encoding="utf-8"))),
    "gzip.open": Way(lambda name: _closed(gzip.open(f"public/{name}", "wb")), "new.gz"),
    "fileinput": Way(lambda name: list(fileinput.input([f"public/{name}"]))),
    "linecache": Way(lambda name: (linecache.checkcache(), linecache.getlines(f"public/{name}"))),
    "sqlite3.connect": Way(lambda name: sqlite3.connect(f"public/{name}").close(), "new.db"),
    "Path.open": Way(lambda name: _closed(_at(name).open())),
    "Path.read_text": Way(lambda name: _at(name).read_text()),
    "Path.read_bytes": Way(lambda name: _at(name).read_bytes()),
    "Path.write_text": Way(lambda name: _at(name).write_text("text"), "new.txt"),
    "Path.write_bytes": Way(lambda name: _at(name).write_bytes(b"text"), "new.txt"),
    "Path.touch": Way(lambda name: _at(name).touch(), "new.txt"),
    "Path.unlink": Way(lambda name: _at(name).unlink()),
    "Path.iterdir": Way(lambda name: list(_at(name).iterdir()), "sub"),
    "Path.glob": Way(lambda name: list(_at(name).glob("*")), "sub"),
    "Path.mkdir": Way(lambda name: _at(name).mkdir(), "new"),
    "Path.rmdir": Way(lambda name: _at(name).rmdir(), "empty"),
    "Path.rename": Way(lambda name: _at(name).rename("taken")),
    "Path.rename, target": Way(lambda name: Path("upload").rename(_at(name)), "new.txt"),
    "Path.replace": Way(lambda name: _at(name).replace("taken")),
    "Path.symlink_to": Way(lambda name: Path("link").symlink_to(_at(name))),
    "os.open": Way(_descriptor(os.O_RDONLY)),
    "os.open to write": Way(_descriptor(os.O_WRONLY | os.O_CREAT, 0o600), "new.txt"),
    "os.listdir": Way(lambda name: os.listdir(f"public/{name}"), "sub"),
    "os.scandir": Way(_scanned, "sub"),
    "os.walk": Way(lambda name: list(os.walk(f"public/{name}")), "sub"),
    "os.remove": Way(lambda name: os.remove(f"public/{name}")),
    "os.unlink": Way(lambda name: os.unlink(f"public/{name}")),
    "os.rename": Way(lambda name: os.rename(f"public/{name}", "taken")),
    "os.rename, target": Way(lambda name: os.rename("upload", f"public/{name}"), "new.txt"),
    "os.replace": Way(lambda name: os.replace(f"public/{name}", "taken")),
    "os.mkdir": Way(lambda name: os.mkdir(f"public/{name}"), "new"),
    "os.makedirs": Way(lambda name: os.makedirs(f"public/{name}"), "new"),
    "os.rmdir": Way(lambda name: os.rmdir(f"public/{name}"), "empty"),
    "os.link": Way(lambda name: os.link(f"public/{name}", "linked")),
    "os.link, target": Way(lambda name: os.link("upload", f"public/{name}"), "new.txt"),
    "os.symlink": Way(lambda name: os.symlink(f"public/{name}", "linked")),
    "os.truncate": Way(lambda name: os.truncate(f"public/{name}", 0)),
    "os.chmod": Way(lambda name: os.chmod(f"public/{name}", 0o600)),
    "shutil.copy": Way(lambda name: shutil.copy(f"public/{name}", "taken")),
    "shutil.copy, target": Way(lambda name: shutil.copy("upload", f"public/{name}"), "new.txt"),
    "shutil.copy2": Way(lambda name: shutil.copy2(f"public/{name}", "taken")),
    "shutil.copyfile": Way(lambda name: shutil.copyfile(f"public/{name}", "taken")),
    "shutil.copytree": Way(lambda name: shutil.copytree(f"public/{name}", "taken"), "sub"),
    "shutil.move": Way(lambda name: shutil.move(f"public/{name}", "taken")),
    "shutil.move, target": Way(lambda name: shutil.move("upload", f"public/{name}"), "new.txt"),
    "shutil.rmtree": Way(lambda name: shutil.rmtree(f"public/{name}"), "sub"),
    "shutil.unpack_archive": Way(lambda name: shutil.unpack_archive(f"public/{name}", "taken"), "a.zip"),
    "shutil.unpack_archive, target": Way(lambda name: shutil.unpack_archive("public/a.zip", f"public/{name}"), "new"),
    "zipfile.ZipFile": Way(lambda name: _closed(zipfile.ZipFile(f"public/{name}")), "a.zip"),
    "zipfile to write": Way(lambda name: _closed(zipfile.ZipFile(f"public/{name}", "w")), "new.zip"),
    "tarfile.open": Way(lambda name: _closed(tarfile.open(f"public/{name}")), "a.tar"),
    "tarfile to write": Way(lambda name: _closed(tarfile.open(f"public/{name}", "w:gz")), "new.tgz"),
}
"""By name of the way."""
