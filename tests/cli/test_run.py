"""`vedette run`: every Python process is started with vedette, and is otherwise what it would have been."""

from __future__ import annotations

import ast
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.launching import LAUNCH_FOLDER, SOURCE, Launcher

PRINT = "import sys; print(sys.argv[1:])"


@pytest.fixture
def launcher(tmp_path: Path) -> Launcher:
    return Launcher(tmp_path)


def test_a_python_command_runs_with_vedette_started(launcher: Launcher) -> None:
    done = launcher.run(sys.executable, "-c", PRINT, "a", "--", "-b")
    assert (done.stdout, done.stderr, done.returncode) == ("['a', '--', '-b']\n", "", 0)
    assert len(launcher.started()) == 1


@pytest.mark.parametrize("arguments", [["app.py", "x"], ["--", "app.py", "x"], ["./app.py", "x"]])
@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_a_script_runs_with_this_python(launcher: Launcher, arguments: list[str], mode: int) -> None:
    launcher.write("app.py", "import sys\n" + PRINT + "\nprint(sys.executable)", mode)
    assert launcher.run(*arguments).stdout == f"['x']\n{sys.executable}\n"
    assert len(launcher.started()) == 1


def test_an_executable_script_runs_by_its_first_line(launcher: Launcher) -> None:
    launcher.write("app.py", "#!/bin/sh\necho shell\n", 0o755)
    assert launcher.run("./app.py").stdout == "shell\n"


def test_a_module_and_a_folder_run_with_this_python(launcher: Launcher) -> None:
    launcher.write("package/__main__.py", PRINT)
    assert launcher.run("-m", "package", "a").stdout == "['a']\n"
    assert launcher.run("package", "b").stdout == "['b']\n"
    assert len(launcher.started()) == 2


def test_python_processes_under_other_programs_are_started_too(launcher: Launcher) -> None:
    done = launcher.run("sh", "-c", f"{sys.executable} -c 'print(1)'; {sys.executable} -c 'print(2)'")
    assert done.stdout == "1\n2\n"
    assert len(launcher.started()) == 2


def test_child_processes_are_started_too(launcher: Launcher) -> None:
    launcher.write(
        "app.py",
        "import multiprocessing as m, subprocess, sys\n"
        "if __name__ == '__main__':\n"
        "    subprocess.run([sys.executable, '-c', 'pass'], check=True)\n"
        "    p = m.get_context('spawn').Process(target=print, args=('child',)); p.start(); p.join()\n",
    )
    assert launcher.run("app.py").stdout == "child\n"
    assert len([line for line in launcher.started() if "resource_tracker" not in line]) >= 3


@pytest.mark.parametrize("code", [0, 3, 255])
def test_the_exit_code_is_that_of_the_command(launcher: Launcher, code: int) -> None:
    assert launcher.run("sh", "-c", f"exit {code}").returncode == code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_the_command_takes_the_place_of_the_launcher(launcher: Launcher) -> None:
    done = launcher.run(sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert done.returncode == -signal.SIGTERM


def test_standard_input_reaches_the_command(launcher: Launcher) -> None:
    assert launcher.run("cat", stdin="hello").stdout == "hello"


FAILURES = [
    ([], 2, "vedette run: no command given"),
    (["--"], 2, "vedette run: no command given"),
    (["--nonsense", "x"], 2, "vedette run: no such option: --nonsense"),
    (["no-such-program"], 127, "vedette run: no-such-program: not found"),
    (["./no-such-file.py"], 127, "vedette run: ./no-such-file.py: not found"),
    (["./data.txt"], 126, "vedette run: ./data.txt: Permission denied"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), FAILURES)
def test_what_can_not_be_run_is_told(launcher: Launcher, arguments: list[str], code: int, told: str) -> None:
    launcher.write("data.txt", "data")
    done = launcher.run(*arguments)
    assert (done.returncode, done.stderr.splitlines()[0]) == (code, told)


def test_help_is_given(launcher: Launcher) -> None:
    done = launcher.run("--help")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "usage: vedette run [--] COMMAND [ARGUMENT]...",
    )


PATHS = "import os, sys; print(os.environ['PYTHONPATH'], os.environ['VEDETTE_LAUNCHED'], *sys.path, sep='\\n')"


def test_the_users_pythonpath_stays_behind_ours_and_ours_leaves_sys_path(launcher: Launcher) -> None:
    environment, launched, *path = launcher.run(sys.executable, "-c", PATHS).stdout.splitlines()
    standin = str(launcher.folder / "standin")
    assert (environment, launched) == (f"{LAUNCH_FOLDER}{os.pathsep}{standin}", "1")
    assert path == launcher.bare(sys.executable, "-c", PATHS, VEDETTE_LAUNCHED="").stdout.splitlines()[2:]


def test_a_launcher_under_a_launcher_changes_nothing(launcher: Launcher) -> None:
    once = launcher.run(sys.executable, "-c", PATHS).stdout
    inner = f"import sys; sys.path.insert(0, {SOURCE!r}); sys.modules.pop('vedette'); from vedette.cli import main; "
    inner += "sys.exit(main(sys.argv[1:]))"
    assert launcher.run(sys.executable, "-c", inner, "run", sys.executable, "-c", PATHS).stdout == once


def test_without_a_pythonpath_only_ours_is_there(launcher: Launcher) -> None:
    done = launcher.run("sh", "-c", "echo $PYTHONPATH", PYTHONPATH="")
    assert done.stdout == f"{LAUNCH_FOLDER}\n"


ATTRIBUTE = "import sitecustomize; print(getattr(sitecustomize, 'mine', None), sitecustomize.__file__)"


def test_another_sitecustomize_still_runs_and_has_the_name(launcher: Launcher) -> None:
    path = launcher.write("standin/sitecustomize.py", "mine = 5")
    done = launcher.run(sys.executable, "-c", ATTRIBUTE)
    assert (done.stdout, done.stderr) == (f"5 {path}\n", "")
    assert len(launcher.started()) == 1


@pytest.mark.parametrize(
    "content",
    ["import nowhere_to_be_found", "raise RuntimeError('mine')", "import sys; sys.exit(4)", "raise ImportError('x')"],
)
def test_a_failing_sitecustomize_fails_as_it_would_without_us(launcher: Launcher, content: str) -> None:
    launcher.write("standin/sitecustomize.py", content)
    ours, bare = (run(sys.executable, "-c", "print('app')") for run in (launcher.run, launcher.bare))
    assert (ours.stdout, ours.returncode) == (bare.stdout, bare.returncode)
    assert ours.stderr.splitlines()[-1:] == bare.stderr.splitlines()[-1:]


ERRORS = [
    "raise RuntimeError('broken')",
    "raise SystemExit(9)",
    "raise BaseException('panic')",
    "import nowhere",
    "1 +",
]


@pytest.mark.parametrize("auto", ERRORS)
def test_a_start_that_fails_is_one_warning_and_the_application_runs(tmp_path: Path, auto: str) -> None:
    launcher = Launcher(tmp_path, auto)
    launcher.write("standin/sitecustomize.py", "mine = 5")
    done = launcher.run(sys.executable, "-c", "import sitecustomize; print(sitecustomize.mine)")
    assert (done.stdout, done.returncode) == ("5\n", 0)
    assert done.stderr.startswith(f"vedette: {sys.executable} runs without instrumentation (")
    assert done.stderr.count("\n") <= 1 or auto == "1 +"


def test_a_start_that_fails_without_standard_error_does_no_harm(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path, "raise RuntimeError")
    done = launcher.run("sh", "-c", f"exec {sys.executable} -c 'print(1)' 2>&-")
    assert (done.stdout, done.returncode) == ("1\n", 0)


def test_a_python_without_vedette_says_so(launcher: Launcher) -> None:
    # -S leaves no site-packages, and the path given holds nothing but the launch folder's module.
    program = f"import sys; sys.path.insert(0, {LAUNCH_FOLDER!r}); import sitecustomize; print('app')"
    done = launcher.bare(sys.executable, "-S", "-c", program, PYTHONPATH="")
    assert done.stdout == "app\n"
    assert "(vedette is not installed for this Python)" in done.stderr


def test_what_stands_on_the_path_can_be_read_by_the_oldest_pythons() -> None:
    modules = list(Path(LAUNCH_FOLDER).glob("*.py"))
    assert [module.name for module in modules] == ["sitecustomize.py"]
    source = modules[0].read_text()
    assert "__future__" not in source
    ast.parse(source, feature_version=(3, 4))


def test_the_launcher_imports_nothing_slow(launcher: Launcher) -> None:
    program = (
        f"import __future__, sys; sys.path.insert(0, {SOURCE!r})\n"
        "import vedette; front = set(sys.modules)\n"
        "from vedette.cli import main; import vedette.cli.run as run; run.execute = lambda *_: 0; main(['run', 'x'])\n"
        "print(sorted(name for name in set(sys.modules) - front if not name.startswith('vedette.cli')))"
    )
    assert launcher.bare(sys.executable, "-c", program, PYTHONPATH="").stdout.strip() == "[]"
