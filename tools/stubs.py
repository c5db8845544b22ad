"""Compares `_native.pyi` with the built native module, both ways: names, signatures, documentation.

    python tools/stubs.py      exit code 0, or 1 and what differs

Signatures are compared by mypy's stubtest. Beyond that everything public has documentation, in the stub (for editors)
and in the binary (for `help()`).
"""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
MODULE = "vedette._native"
STUB = ROOT / "src" / "vedette" / "_native.pyi"


def differences() -> list[str]:
    """Everything in which stub and binary differ, and everything without documentation."""
    binary = importlib.import_module(MODULE)  # first: stubtest has nothing against a module that is not there
    return [*signatures(), *undocumented(STUB.read_text(encoding="utf-8"), binary)]


def signatures(stub: Path = STUB) -> list[str]:
    """What stubtest finds when `stub` stands beside the built module."""
    with tempfile.TemporaryDirectory() as folder:
        # The stub and nothing else: what mypy thinks of the rest of the package is another check's affair.
        package = Path(folder) / "vedette"
        package.mkdir()
        (package / "__init__.pyi").touch()
        (package / "_native.pyi").write_text(stub.read_text(encoding="utf-8"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mypy.stubtest", MODULE],
            cwd=folder,
            env={**os.environ, "MYPYPATH": folder, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()


def undocumented(stub: str, binary: ModuleType) -> list[str]:
    """Public names of the stub that have no documentation there, or none in the binary."""
    found = []
    for path, documented in _public(ast.parse(stub).body, ""):
        if not documented:
            found.append(f"{MODULE}.{path} has no documentation in the stub")
        if not _has_documentation(binary, path):
            found.append(f"{MODULE}.{path} has no documentation in the binary")
    return found


def _public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, bool]]:
    """Path of each public class, function, property and attribute, and whether it is documented."""
    for node, after in zip(body, [*body[1:], None]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and prefix:
            yield prefix + node.target.id, _is_text(after)
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name.startswith("_") or _is_setter(node):
            continue
        yield prefix + node.name, ast.get_docstring(node) is not None
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{node.name}.")


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_setter(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in node.decorator_list)


def _has_documentation(binary: ModuleType, path: str) -> bool:
    found: object = binary
    for name in path.split("."):
        found = getattr(found, name, None)
    return bool((getattr(found, "__doc__", None) or "").strip())


def main() -> int:
    """Prints the differences."""
    found = differences()
    print("\n".join(found) or f"{STUB.relative_to(ROOT)}: as the binary")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
