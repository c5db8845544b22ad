"""The grid: every process model that must hold. A new case is one row."""

from __future__ import annotations

from dataclasses import replace

from tests.journeys.case import Case

WSGI, ASGI = "tests.journeys.apps.wsgi:app", "tests.journeys.apps.asgi:app"
GUNICORN = f"{{bin}}/gunicorn -w 2 -b 127.0.0.1:{{port}} --graceful-timeout 5 {WSGI}"
UWSGI = f"{{bin}}/uwsgi --http-socket 127.0.0.1:{{port}} --virtualenv {{venv}} --need-app --module {WSGI}"
UVICORN = f"{{bin}}/uvicorn --port {{port}} --log-level warning {ASGI}"
APPS = "{python} -m tests.journeys.apps"
CELERY = "{bin}/celery -A tests.journeys.apps.tasks worker --concurrency 2 --without-gossip --without-mingle -l info"
CLIENT = ("client",)
TASK = ("consumer", "client")

SERVERS = [
    Case("gunicorn sync", f"{GUNICORN} -k sync", "http", stop="TERM"),
    Case("gunicorn gthread", f"{GUNICORN} -k gthread --threads 4", "http", stop="TERM"),
    Case("gunicorn gevent", f"{GUNICORN} -k gevent", "http", stop="TERM"),
    Case(
        "gunicorn uvicorn worker",
        GUNICORN.replace(WSGI, ASGI) + " -k uvicorn.workers.UvicornWorker",
        "http",
        stop="TERM",
    ),
    Case("gunicorn preload", f"{GUNICORN} --preload", "http", stop="TERM"),
    Case("gunicorn max-requests", f"{GUNICORN} --max-requests 5", "http", 40, stop="TERM"),
    Case("gunicorn HUP", GUNICORN, "http", 40, midway="HUP", stop="TERM"),
    Case(
        "gunicorn threads of an executor",
        f"{GUNICORN} -k gthread --threads 4",
        "http",
        path="/thread/{ident}",
        stop="TERM",
    ),
    Case("gunicorn Ctrl-C", GUNICORN, "http", stop="INT group"),
    Case("uWSGI default flags", UWSGI, "http", stop="INT"),
    Case("uWSGI processes", f"{UWSGI} --master --processes 2", "http", stop="INT"),
    Case("uWSGI enable-threads", f"{UWSGI} --master --processes 2 --enable-threads --threads 2", "http", stop="INT"),
    Case("uWSGI lazy-apps", f"{UWSGI} --master --processes 2 --lazy-apps", "http", stop="INT"),
    Case(
        "uWSGI lazy max-requests",
        f"{UWSGI} --master --processes 2 --lazy-apps --max-requests 5",
        "http",
        40,
        stop="INT",
    ),
    # Here uWSGI's own signal handler calls _exit, which may hit a worker between its answer and the end of its request.
    Case("uWSGI skip-atexit", f"{UWSGI} --master --processes 2 --skip-atexit", "http", stop="INT", cut_off=2),
    Case("uvicorn", UVICORN, "http", stop="TERM"),
    # gevent is installed wherever this runs (see the workers above); merely being there must not change anything.
    Case("uvicorn, gevent installed but not used", f"{UVICORN} --loop asyncio", "http", stop="TERM"),
    Case("uvicorn workers", f"{UVICORN} --workers 2", "http", stop="TERM"),
    Case("uvicorn reload", f"{UVICORN} --reload --reload-dir {{apps}}", "http", stop="INT group"),
    Case("uvicorn run_in_executor", UVICORN, "http", path="/thread/{ident}", stop="TERM"),
    Case("uvicorn plain functions", UVICORN, "http", path="/sync/{ident}", stop="TERM"),
    Case("hypercorn", f"{{bin}}/hypercorn -b 127.0.0.1:{{port}} {ASGI}", "http", stop="TERM"),
    Case("hypercorn workers", f"{{bin}}/hypercorn -w 2 -b 127.0.0.1:{{port}} {ASGI}", "http", stop="TERM"),
    Case("flask run", f"{{bin}}/flask --app {WSGI} run --port {{port}}", "http", stop="INT"),
    Case("flask run reloading", f"{{bin}}/flask --app {WSGI} run --port {{port}} --debug", "http", stop="INT group"),
    Case("django reloading", f"{APPS}.django_site runserver {{port}}", "http", stop="INT group"),
    Case("django without reloading", f"{APPS}.django_site runserver --noreload {{port}}", "http", stop="INT"),
]

TASKS = [
    Case("celery prefork", f"{CELERY} -P prefork", "tasks", stop="TERM", spans=TASK),
    Case(
        "celery max-tasks-per-child", f"{CELERY} -P prefork --max-tasks-per-child 2", "tasks", stop="TERM", spans=TASK
    ),
    Case("celery threads", f"{CELERY} -P threads", "tasks", stop="TERM", spans=TASK),
    Case("celery gevent", f"{CELERY} -P gevent", "tasks", stop="TERM", spans=TASK),
]

PROCESSES = [
    Case("pool fork, terminated", f"{APPS}.pools terminated fork 20", spans=CLIENT),
    Case("pool forkserver, terminated", f"{APPS}.pools terminated forkserver 20", spans=CLIENT),
    Case("pool spawn, terminated", f"{APPS}.pools terminated spawn 20", spans=CLIENT),
    Case("pool fork, joined", f"{APPS}.pools joined fork 20", spans=CLIENT),
    Case("pool forkserver, joined", f"{APPS}.pools joined forkserver 20", spans=CLIENT),
    Case("pool spawn, joined", f"{APPS}.pools joined spawn 20", spans=CLIENT),
    Case("process pool executor fork", f"{APPS}.pools executor fork 20", spans=CLIENT),
    Case("process pool executor spawn", f"{APPS}.pools executor spawn 20", spans=CLIENT),
    Case("a process each, fork", f"{APPS}.pools processes fork 8", count=8, spans=CLIENT),
    Case("a process each, spawn", f"{APPS}.pools processes spawn 4", count=4, spans=CLIENT),
    Case("fork right after work", f"{APPS}.forks after_work 20", spans=CLIENT),
    Case("fork beside busy threads", f"{APPS}.forks beside_threads 60", count=60, spans=CLIENT),
    Case("40 short forks", f"{APPS}.forks in_turn 40", count=40, spans=CLIENT),
    Case("fork and os._exit", f"{APPS}.forks at_once_gone 10", count=10, spans=CLIENT),
    Case("double fork daemon", f"{APPS}.forks daemon 5", "none", 5, spans=CLIENT, survivors=True),
]

SCRIPTS = [
    Case("python -m", f"{APPS}.script plain 10", count=10, spans=CLIENT),
    Case("script file", "{python} {apps}/script.py plain 10", count=10, spans=CLIENT),
    Case("script that raises", f"{APPS}.script fails 10", count=10, spans=CLIENT),
    Case("script ended by SIGTERM", f"{APPS}.script waits 10", "output", 10, stop="TERM", spans=CLIENT),
    Case("script that handles SIGTERM", f"{APPS}.script handles 10", "output", 10, stop="TERM", spans=CLIENT),
    Case("script ended by Ctrl-C", f"{APPS}.script waits 10", "output", 10, stop="INT", spans=CLIENT),
    Case(
        "subprocess children",
        f"{APPS}.script subprocesses 4",
        count=4,
        spans=CLIENT,
        env={"VEDETTE_SUBPROCESS_ENABLED": "false"},  # their spans name the work, too, by the arguments
    ),
    Case("threads and a daemon thread", f"{APPS}.script threads 10", count=10, spans=CLIENT),
    Case("executor of an event loop", f"{APPS}.script event_loop 10", count=10, spans=CLIENT),
    Case(
        "another sitecustomize",
        f"{APPS}.script customized 5",
        count=5,
        spans=CLIENT,
        env={"PYTHONPATH": "{path}:{apps}/other_sitecustomize"},
    ),
]


def under_backend(backend: str, delivered: bool) -> list[Case]:
    """The three shapes of process against a backend that is not well."""
    shapes = [
        Case("gunicorn sync", GUNICORN, "http", stop="TERM"),
        Case("gunicorn max-requests", f"{GUNICORN} --max-requests 5", "http", 40, stop="TERM"),
        # Ends by the signal itself, without exit handlers.
        Case("uvicorn", UVICORN, "http", stop="TERM"),
        Case("script", f"{APPS}.script plain 10", count=10, spans=CLIENT),
        Case("pool fork, joined", f"{APPS}.pools joined fork 20", spans=CLIENT),
    ]
    name = "{0.name}, backend {1}".format
    return [replace(shape, name=name(shape, backend), backend=backend, delivered=delivered) for shape in shapes]


BACKENDS = [
    case
    for backend, delivered in (("dead", False), ("silent", False), ("failing", False), ("slow", True))
    for case in under_backend(backend, delivered)
]

CASES = [*SERVERS, *TASKS, *PROCESSES, *SCRIPTS, *BACKENDS]
