"""Change settings, deny lists and rules of running processes, through the embedded agent that they ask."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import click

from vedette.cli._desk import Desk, Refused
from vedette.cli._flares import ask, save
from vedette.cli.api import printable

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
MODES = ("off", "monitor", "rules", "block")


class Lasting(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A time such as 30m, 12h, 7d, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The seconds."""
        match = re.fullmatch(r"(\d{1,6})([smhd])", str(value))
        if match is None:
            self.fail(f"{value!r} is no time such as 30m, 12h or 7d", param, ctx)
        return int(match.group(1)) * SECONDS[match.group(2)]


def _scope(function: Any) -> Any:
    function = click.option("--service", default="", help="Only this service (default: all).")(function)
    return click.option("--env", default="", help="Only this environment (default: all).")(function)


def _lasting(function: Any) -> Any:
    function = click.option(
        "--for", "lasting", type=Lasting(), help="Until then, such as 12h or 7d (default: for ever)."
    )(function)
    return click.option("--note", default="", help="Why.")(function)


class Group(click.Group):
    """Commands whose refusals are one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs one."""
        try:
            return super().invoke(ctx)
        except Refused as refused:
            click.echo(f"vedette remote: {refused}", err=True)
            ctx.exit(1)


@click.group(cls=Group)
@click.option("--agent", "url", help="Address of the agent (default: the one that runs in the data folder).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The agent's data folder.")
@click.pass_context
def command(context: click.Context, url: str | None, data: Path | None) -> None:
    """Settings, deny lists and rules of running processes."""
    context.obj = Desk(url, data)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def status(desk: Desk, as_json: bool) -> None:
    """Processes that ask, and what has become of what was pushed. Exit code 1 if one has refused something."""
    told = desk.ask("GET")
    if as_json:
        click.echo(json.dumps(told, indent=2))
    for client in () if as_json else told["clients"]:
        who = f"{client['service'] or 'unnamed'} {client['env']}".strip()
        where = "silent" if client["silent"] else "up to date" if client["settled"] else "on its way"
        click.echo(
            printable(
                f"{who:30}  {client['language']} {client['tracer_version']:10}  {client['applied']} applied, {where}"
            )
        )
        for config in client["configs"]:
            if config["state"] == "refused":
                click.echo(printable(f"{'':30}  refused {config['product']}/{config['id']}: {config['error']}"))
    if any(client["refused"] for client in told["clients"]):
        raise SystemExit(1)


@command.command(name="list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_(desk: Desk, kind: str | None, as_json: bool) -> None:
    """What is wanted, of one kind or of all."""
    kinds = [kind] if kind else [name for name, count in desk.ask("GET")["items"].items() if count]
    items = [item for name in kinds for item in desk.ask("GET", name)["items"]]
    if as_json:
        click.echo(json.dumps(items, indent=2))
        return
    for item in items:
        scope = " ".join(filter(None, (item["service"], item["env"]))) or "all services"
        value = "" if item["value"] is None else json.dumps(item["value"], ensure_ascii=False)
        click.echo(printable(f"{item['kind']:12} {item['id']:40} {scope:20} {value} {item['note']}".rstrip()))


@command.command(name="set")
@click.argument("kind")
@click.argument("identity", metavar="ID")
@click.argument("value", required=False)
@_scope
@_lasting
@click.pass_obj
def set_(
    desk: Desk, kind: str, identity: str, value: str | None, service: str, env: str, lasting: int | None, note: str
) -> None:
    """Keep a wish: its kind, its id, and its value in JSON (or @FILE).

    Kinds are address, user, session, allow, rule, exclusion, custom-rule, settings, config.
    """
    text = Path(value[1:]).read_text(encoding="utf-8") if value and value.startswith("@") else value
    try:
        content = None if text is None else json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="VALUE") from None
    body = {"value": content, "for": lasting, "note": note}
    told = desk.ask("PUT", kind, identity, body=body, service=service, env=env)
    click.echo(f"{kind} {told['items'][0]['id']} is kept")


@command.command()
@click.argument("kind")
@click.argument("identity", metavar="ID")
@_scope
@click.pass_obj
def remove(desk: Desk, kind: str, identity: str, service: str, env: str) -> None:
    """Give up a wish: what was before is in force again."""
    desk.ask("DELETE", kind, identity, service=service, env=env)
    click.echo(f"{kind} {identity} is removed")


@command.command()
@click.argument("mode", type=click.Choice([*MODES, "default"]))
@_scope
@click.pass_obj
def mode(desk: Desk, mode: str, service: str, env: str) -> None:
    """Switch protection: off, monitor, rules, block; default gives each process its own mode back.

    Where settings of this service are kept for a time only, the mode joins them, and ends with them.
    """
    items = desk.ask("GET", "settings")["items"]
    known = next((item for item in items if (item["service"], item["env"]) == (service, env)), None)
    values = {**(known["value"] if known else {}), "protection": mode}
    if mode == "default":
        del values["protection"]
    kept = {name: known[name] for name in ("expires", "note")} if known else {}
    if values:
        desk.ask("PUT", "settings", "settings", body={"value": values, **kept}, service=service, env=env)
    elif known:
        desk.ask("DELETE", "settings", "settings", service=service, env=env)
    end = kept.get("expires") if values else 0
    until = time.strftime(" until %Y-%m-%d %H:%M:%S, with its other settings", time.localtime(end)) if end else ""
    click.echo(f"protection is {mode} for {service or 'all services'}{until}")


@command.command()
@click.argument("entries", nargs=-1)
@click.option(
    "--kind", type=click.Choice(["address", "user", "session", "allow"]), default="address", show_default=True
)
@click.option(
    "--from", "source", type=click.File(encoding="utf-8"), help="A file with one entry per line; - is standard input."
)
@_scope
@_lasting
@click.pass_obj
def deny(
    desk: Desk, entries: tuple[str, ...], kind: str, source: Any, service: str, env: str, lasting: int | None, note: str
) -> None:
    """Put addresses, networks, users or sessions on the deny lists."""
    lines = (line.partition("#")[0].strip() for line in source or ())
    wanted = [*entries, *filter(None, lines)]
    if not wanted:
        raise click.UsageError("there is no entry: name some, or a file (--from)")
    body = [{"id": entry, "for": lasting, "note": note, "service": service, "env": env} for entry in wanted]
    click.echo(f"{desk.ask('POST', kind, body=body)['kept']} entries are kept")


@command.command()
@click.pass_obj
def key(desk: Desk) -> None:
    """The key of which VEDETTE_REMOTE_CONFIGURATION_KEYS makes a process believe this agent only."""
    click.echo(desk.ask("GET")["key"])


@command.command()
@_scope
@click.option("--out", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".", help="A folder.")
@click.option("--wait", type=click.FloatRange(1, 300), default=30, show_default=True, help="Seconds at most.")
@click.pass_obj
def flare(desk: Desk, service: str, env: str, out: Path, wait: float) -> None:
    """Have processes tell of themselves: settings (secrets masked), counters, log.

    Each sends a zip. Exit code 1 if none came.
    """
    paths = [save(desk, one, out) for one in ask(desk, service, env, wait)]
    for path in paths:
        click.echo(path)
    if not paths:
        click.echo("vedette remote: no process has sent one; vedette remote status shows who asks", err=True)
        raise SystemExit(1)
