"""The package under test for one Python: our Python files as they are now, and the native module built for it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from proving.exclusive import exclusive

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "matrix"
SOURCE = ROOT / "src" / "vedette"


def fingerprint(files: Iterable[Path]) -> str:
    """A short hash of names and contents."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode())
        with contextlib.suppress(FileNotFoundError):  # removed this moment
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def native_files() -> list[Path]:
    """What the native module is made of."""
    crates = ROOT / "crates"
    sources = [*crates.glob("*/src/**/*.rs"), *crates.glob("*/Cargo.toml")]
    return [*sources, ROOT / "Cargo.toml", ROOT / "Cargo.lock"]


def python_files() -> list[Path]:
    """The package without its native module; also its data."""
    return [
        path
        for path in SOURCE.rglob("*")
        if path.is_file() and path.suffix not in (".so", ".pyd", ".pyc") and path.name != "evidence.json"
    ]


def native_module(version: str, python: Path) -> Path:
    """The native module for a Python, built where its sources changed."""
    folder = CACHE / "native" / f"{version}-{fingerprint(native_files())}"
    with exclusive(CACHE / f"native-{version}"):  # whoever waits finds it built
        present = next(folder.glob("_native*"), None)
        return present or _of_development(version) or _built(python, folder)


def _of_development(version: str) -> Path | None:
    """What the development environment imports, if it is for that Python and newer than all of its sources."""
    name = f"_native.cpython-{version.replace('.', '')}-*"
    built = next(SOURCE.glob(name), None)
    if built is None or built.stat().st_mtime < max(file.stat().st_mtime for file in native_files()):
        return None
    return built


def _built(python: Path, folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "maturin", "build", "--quiet", "--release", "-i", str(python), "--out", out]
        print(f"(building the native module for {python}) ", end="", flush=True)
        # A target folder of its own: to change the interpreter builds the half again.
        environ = {**os.environ, "CARGO_TARGET_DIR": str(CACHE / "target")}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"\n{done.stdout}\nmatrix: the native module can't be built")
        [wheel] = Path(out).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            [name] = [name for name in archive.namelist() if Path(name).suffix in (".so", ".pyd")]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / Path(name).name).write_bytes(archive.read(name))
    return folder / Path(name).name


def laid_out(version: str, python: Path) -> Path:
    """A folder for `PYTHONPATH` with the whole package for a Python, of which other Pythons' files are no part.

    Another state of the files gets another folder: tests that run meanwhile keep theirs.
    """
    native, files = native_module(version, python), python_files()
    folder = CACHE / "package" / f"{version}-{fingerprint([*native_files(), *files])}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(folder.parent)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix="incomplete-"))
        for file in files:
            target = made / "vedette" / file.relative_to(SOURCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        shutil.copyfile(native, made / "vedette" / native.name)
        with contextlib.suppress(OSError):  # another run of the matrix was faster
            made.rename(folder)
        shutil.rmtree(made, ignore_errors=True)
    return folder


def _forget_old(packages: Path) -> None:
    """Removes what was laid out more than a day ago."""
    for folder in packages.iterdir():
        if time.time() - folder.stat().st_mtime > 24 * 3600:
            shutil.rmtree(folder, ignore_errors=True)
