"""Receive traces from any tracer, keep them, and show them on a web page: the embedded agent.

Runs until Ctrl-C or SIGTERM. Exit code 0 after that, 1 if it can't run (a port or the database is in use),
2 for wrong options, 3 if packages are missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sys
from pathlib import Path

from vedette.agent.address import OTLP_PORT, PORT, URL
from vedette.cli.run import plain

NEEDS = ("duckdb", "jinja2", "starlette", "uvicorn")
FORWARD_HEADERS = "VEDETTE_FORWARD_HEADERS"
"""Variable with headers for forwarding, `name=value,name=value`: keys do not belong on a command line."""
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BYTES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def main(arguments: list[str]) -> int:
    """Run the agent; returns the exit code."""
    given = parser().parse_args(arguments)
    absent = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if absent:
        print(f"vedette agent needs {', '.join(absent)}: pip install 'vedette[agent]'", file=sys.stderr)
        return 3
    if "VEDETTE_LAUNCHED" in os.environ:
        start_again_untraced(arguments)
    return run(given)


def start_again_untraced(arguments: list[str]) -> None:
    """Become the same command without what `vedette run` set: an agent that traces itself would never rest."""
    environ = dict(os.environ)
    plain(environ)
    if os.name != "nt":  # there a new process would stand beside this one, and Ctrl-C would reach both
        os.execve(sys.executable, [sys.executable, "-m", "vedette", "agent", *arguments], environ)
    import vedette  # only where the process was started instrumented

    vedette.stop()


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette agent", description=(__doc__ or "").split("\n\n")[0].replace("``", ""))
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")
    made.add_argument(
        "--port",
        type=_port,
        default=PORT,
        help="port of the page and of the Datadog receiver (default %(default)s; 0: any)",
    )
    made.add_argument(
        "--otlp-port", type=_port, default=OTLP_PORT, help="port of the OTLP receiver (default %(default)s; 0: any)"
    )
    made.add_argument(
        "--grpc-port",
        type=_port,
        default=None,
        help="port of the OTLP receiver over gRPC (default 4317, if that is free; 0: any)",
    )
    made.add_argument("--no-grpc", action="store_true", help="receive nothing over gRPC, which saves some memory")
    made.add_argument("--socket", type=Path, metavar="PATH", help="listen on this Unix socket, too")
    made.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name by which the page may be opened (repeatable)",
    )
    where = made.add_mutually_exclusive_group()
    where.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of the database (default: this user's state folder)"
    )
    where.add_argument("--memory", action="store_true", help="keep everything in memory, and nothing after the end")
    made.add_argument("--until", type=int, metavar="PID", help="end when that process has ended")
    made.add_argument(
        "--retention",
        type=_age,
        default=None,
        metavar="AGE",
        help="how long spans are kept, such as 12h or 7d (default 3d)",
    )
    made.add_argument(
        "--max-spans",
        type=_positive,
        default=None,
        metavar="N",
        help="how many spans are kept (default 5,000,000; in memory 300,000)",
    )
    made.add_argument(
        "--max-size",
        type=_size,
        default=None,
        metavar="SIZE",
        help="how large the database may become, such as 500M (default 2G; in memory 700M)",
    )
    _add_forwarding(made)
    return made


def _add_forwarding(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--forward-otlp",
        action="append",
        default=[],
        metavar="URL",
        help="send on what is received to this OTLP endpoint, such as http://collector:4318 (repeatable)",
    )
    made.add_argument(
        "--forward-datadog",
        action="append",
        default=[],
        metavar="URL",
        help=f"send on traces to this Datadog Agent: {URL}, unix:///run/apm.socket (repeatable)",
    )
    made.add_argument(
        "--forward-spool",
        type=_size,
        default=256 << 20,
        metavar="SIZE",
        help="how much may wait for each of these while it does not answer (default 256M)",
    )


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


def _age(text: str) -> float:
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an age such as 30m, 12h or 7d")
    return float(int(match.group(1)) * SECONDS[match.group(2)])


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+)([KMG]?)B?", text.upper())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 500M or 2G")
    return int(match.group(1)) * BYTES[match.group(2)]


def _positive(text: str) -> int:
    number = text.replace(",", "").replace("_", "")
    if not number.isdigit() or int(number) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of spans")
    return int(number)


def run(given: argparse.Namespace) -> int:
    """Run until told to stop."""
    # Here, because they need the agent's extra dependencies, and ``--help`` does not.
    from vedette.agent.forward.target import BadTarget
    from vedette.agent.serve.process import CannotListen
    from vedette.agent.serve.process import run as serve
    from vedette.agent.store import StoreError

    print("vedette agent: starting", file=sys.stderr, flush=True)
    try:
        counters = serve(options_of(given), announce)
    except BadTarget as problem:
        print(f"vedette agent: error: {problem}", file=sys.stderr)
        return 2
    except (CannotListen, StoreError) as problem:
        print(f"vedette agent: {problem}", file=sys.stderr)
        return 1
    stored, dropped = counters.get("spans.stored"), counters.dropped()
    print(f"vedette agent: stopped; {stored:,} spans stored, {dropped:,} dropped", file=sys.stderr)
    return 0


def options_of(given: argparse.Namespace):  # type: ignore[no-untyped-def]  # its type is imported lazily, as in run
    """The agent's options from the command's."""
    # Here, as in `run`.
    from vedette.agent.options import MIB, Options, Retention, default_data_folder

    usual = Retention(spans=300_000, size=700 * MIB) if given.memory else Retention()
    retention = Retention(
        age=given.retention or usual.age, spans=given.max_spans or usual.spans, size=given.max_size or usual.size
    )
    return Options(
        host=given.host,
        port=given.port,
        otlp_port=given.otlp_port,
        grpc_port=given.grpc_port,
        grpc=not given.no_grpc,
        socket=given.socket,
        data=None if given.memory else given.data or default_data_folder(),
        allowed_hosts=tuple(given.allow_host),
        forward=targets_of(given),
        forward_bytes=given.forward_spool,
        until=given.until,
        retention=retention,
    )


def targets_of(given: argparse.Namespace):  # type: ignore[no-untyped-def]
    """Where to forward to."""
    # Here, as in `run`.
    from vedette.agent.forward.target import Target

    pairs = [item.partition("=") for item in os.environ.get(FORWARD_HEADERS, "").split(",") if "=" in item]
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    addresses = [("otlp", url) for url in given.forward_otlp] + [("datadog", url) for url in given.forward_datadog]
    return tuple(Target(kind, url, headers) for kind, url in addresses)


def announce(options) -> None:  # type: ignore[no-untyped-def]
    """Say where everything is."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    lines = [
        f"vedette agent: page     http://{host}:{options.port}/",
        f"               Datadog  http://{host}:{options.port}  (DD_TRACE_AGENT_URL, VEDETTE_AGENT_URL)",
        f"               OTLP     http://{host}:{options.otlp_port}  (OTEL_EXPORTER_OTLP_ENDPOINT)",
        f"               gRPC     {_grpc(host, options)}",
        *([f"               socket   {options.socket}"] if options.socket else []),
        *(f"               forwards to {target.shown}" for target in options.forward),
        f"               traces   {'in memory' if options.data is None else options.data}",
    ]
    if not options.is_loopback:
        lines.append(
            f"               other machines can reach it: everyone who can connect to {options.host} sees all traces"
        )
    print("\n".join(lines), file=sys.stderr, flush=True)


def _grpc(host: str, options) -> str:  # type: ignore[no-untyped-def]
    if options.grpc_port is not None:
        return f"http://{host}:{options.grpc_port}  (OTEL_EXPORTER_OTLP_PROTOCOL=grpc)"
    if importlib.util.find_spec("grpc") is None:
        return "needs grpcio: pip install 'vedette[agent]'"
    return "off: its port is not free, or --no-grpc"
