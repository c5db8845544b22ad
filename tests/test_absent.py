"""Without its native module vedette does nothing, says so once, and breaks nobody."""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vedette
from vedette import absent

SOURCE = Path(vedette.__file__).parent
APPLICATION = """
import vedette, vedette.auto
from vedette import tracer

vedette.start(service="shop")
vedette.instrument("flask")

@tracer.span("job")
def job(number):
    return number + 1

with tracer.span("work", resource="r", kind="server", attributes={"a": 1}) as span:
    span.set_attribute("b", 2)
    span.set_error(ValueError("x"))
    span.resource = "other"
    assert vedette.current_span() is None and vedette.current_root_span() is None

headers = {}
vedette.inject(headers)
assert headers == {} and vedette.extract({"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}).trace_id is None
assert job(1) == 2 and tracer.flush() is True
vedette.stop()
print("done")
"""


@pytest.fixture(params=["missing", "damaged"])
def unloadable(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the package whose native module is not there, or is not what the loader expects."""
    here = tmp_path / "vedette"
    shutil.copytree(SOURCE, here, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    if request.param == "damaged":
        suffix = next(SOURCE.glob("_native*")).name
        (here / suffix).write_bytes(b"\x7fELF, or rather not")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if "VEDETTE" not in name}
    environ["PYTHONPATH"] = str(folder)
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def warnings(done: subprocess.CompletedProcess[str]) -> list[str]:
    lines = done.stderr.splitlines()
    assert all(line.startswith("vedette: nothing is traced") for line in lines), done.stderr
    return lines


def test_the_whole_api_can_be_called_and_one_line_is_said(unloadable: Path) -> None:
    done = run(unloadable, "-c", APPLICATION)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert len(warnings(done)) == 1


def test_vedette_run_runs_the_program_and_says_one_line(unloadable: Path) -> None:
    done = run(unloadable, "-m", "vedette", "run", sys.executable, "-c", "print('ran'); raise SystemExit(7)")
    assert (done.returncode, done.stdout) == (7, "ran\n"), done.stderr
    assert len(warnings(done)) == 1


def test_the_warning_names_the_reason(unloadable: Path) -> None:
    done = run(unloadable, "-c", "import vedette.auto")
    [line] = warnings(done)
    assert "_native" in line
    assert sys.executable in line


def test_children_do_not_repeat_the_warning(unloadable: Path) -> None:
    child = "subprocess.run([sys.executable, '-c', 'import vedette.auto'], check=True)"
    program = f"import subprocess, sys, vedette.auto as _; {child}"
    assert len(warnings(run(unloadable, "-c", program))) == 1


def test_other_import_errors_are_not_taken_for_it(unloadable: Path) -> None:
    """A mistake in our Python code must be seen, not turned into silence."""
    native = next(SOURCE.glob("_native*"))
    (unloadable / "vedette" / native.name).unlink(missing_ok=True)
    (unloadable / "vedette" / native.name).symlink_to(native)
    (unloadable / "vedette" / "lifecycle" / "__init__.py").write_text("import no_such_module_native\n")
    done = run(unloadable, "-c", "import vedette; vedette.start()")
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'no_such_module_native'" in done.stderr


@pytest.mark.parametrize("name", [*vedette.__all__, "Tracer.span", "Tracer.flush"])
def test_every_public_name_is_there_and_takes_the_same_arguments(name: str) -> None:
    ours, theirs = _find(vedette, name), _find(absent, name)
    if inspect.isclass(ours):
        members = {member for member in dir(ours) if not member.startswith("_")}
        assert members <= set(dir(theirs))
    elif callable(ours):
        assert list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters)


def _find(module: object, path: str) -> object:
    found = module
    for name in path.split("."):
        found = getattr(found, name)
    return found


PROTECTED = """
import vedette
from vedette.protection import set_user

vedette.protection.set_user("u1", propagate=True)
vedette.protection.track_login_failure("al", exists=False, metadata={"a": 1})
vedette.protection.track_event("coupon")
vedette.protection.block_request()
assert vedette.protection.is_user_blocked("u1") is False and vedette.protection.set_user is set_user
print("done")
"""


def test_users_may_be_told_all_the_same(unloadable: Path) -> None:
    done = run(unloadable, "-c", PROTECTED)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_what_applications_tell_of_users_takes_the_same_arguments() -> None:
    from vedette.protection import absent as theirs  # not before vedette itself is loaded
    from vedette.protection import sdk as ours

    told = [name for name, value in vars(ours).items() if inspect.isfunction(value) and not name.startswith("_")]
    assert len(told) == 7
    for name in told:
        assert inspect.signature(getattr(theirs, name)) == inspect.signature(getattr(ours, name))
