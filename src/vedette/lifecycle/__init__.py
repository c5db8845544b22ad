"""Starting and stopping: the one place that knows settings, core, integrations and protection."""

from __future__ import annotations

import atexit
import sys

from vedette import _native
from vedette.instrument.families import correlation
from vedette.instrument.registry import Registry
from vedette.integrations.index import ALSO, AUTOMATIC, MODULES, VARIABLES
from vedette.integrations.load import load_integration
from vedette.lifecycle import remote
from vedette.lifecycle.exit import at_exit
from vedette.lifecycle.identity import inferred_service
from vedette.lifecycle.native_options import live_options, native_options
from vedette.lifecycle.opentelemetry import watch_opentelemetry
from vedette.lifecycle.problems import tell
from vedette.lifecycle.signals import watch_signals
from vedette.lifecycle.telemetry import entries
from vedette.operations import Query, request_tags, statuses
from vedette.settings import OPTIONS, Settings, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from vedette.instrument.integration import Integration
    from vedette.protection import Protection
    from vedette.settings import Problem
    from vedette.settings.integration import IntegrationSettings


class Running:
    """What `start` made, until `stop` unmakes it."""

    def __init__(self, settings: Settings, in_memory: bool) -> None:
        self.settings = settings
        self.registry = Registry(load_integration, self._service_of, self._values_of)
        self._undo: list[Callable[[], None]] = []
        tell(_native.configure(native_options(settings, in_memory)))
        statuses.configure(list(settings.http_server_error_statuses), list(settings.http_client_error_statuses))
        self._tag_requests()
        correlation.configure(settings, settings.service or inferred_service())
        self._undo.append(lambda: correlation.configure(None))
        self._undo.append(at_exit())
        self._undo.append(watch_signals())
        if settings.otel_api:
            self._undo.append(watch_opentelemetry())
        self._protection: Protection | None = None
        self._undo.append(self._unprotect)
        self._protect()
        self._comment()
        if _asks(settings) and not in_memory:
            self._undo.append(remote.watch(self))
        self._report()

    def _tag_requests(self) -> None:
        mine = self.settings
        tags = request_tags.TAGS
        tags.endpoints = "all" if mine.http_endpoint_always else "unrouted" if mine.http_endpoint else ""
        tags.configure(mine.header_tags, mine.client_ip_enabled, mine.client_ip_header, mine.client_query_string)

    def _comment(self) -> None:
        mode = self.settings.dbm_propagation_mode
        if mode == "disabled":
            return
        from vedette.instrument.families.statement_comments import Comments  # off means off: not even imported

        settings = self.settings
        listener = Comments(mode, settings.service or inferred_service(), settings.env, settings.version)
        Query.listen(listener)
        self._undo.append(lambda: Query.unlisten(listener))

    def _protect(self) -> None:
        if self.settings.protection == "off":
            return
        from vedette.protection import Protection  # off means off: not even imported

        self._protection = Protection(self.settings)
        self._protection.start()

    def _unprotect(self) -> None:
        protection, self._protection = self._protection, None
        if protection is not None:
            protection.undo()

    def protect_anew(self, rule_sets: Sequence[bytes], rule_changes: Sequence[bytes]) -> None:
        """Protection as the settings are now, and with rules of remote configuration; requests never go without.

        Raises ValueError if the rules can't be used together; then they stay what they were.
        """
        if self.settings.protection == "off":
            self._unprotect()
            return
        from vedette.protection.rule_file import RemoteRules  # perhaps off until now

        if self._protection is None:
            self._protect()
        if self._protection is not None:
            self._protection.change(self.settings, RemoteRules(rule_sets, rule_changes))

    def _report(self) -> None:
        folder = self.settings.report_folder
        if folder:
            from vedette.lifecycle.report import report_to  # few ask for it

            loaded = [module for module in MODULES if module in sys.modules]
            atexit.register(report_to(folder, self, loaded))

    def instrument_installed(self) -> None:
        """Instruments every library that is to be instrumented without being asked."""
        wanted = [name for name in AUTOMATIC | set(self._named()) if self._is_on(name)]
        self.registry.watch(MODULES, wanted)

    def _named(self) -> list[str]:
        """Integrations that are not automatic, but switched on."""
        known = {name for names in MODULES.values() for name in names}
        return [name for name in known - AUTOMATIC if self._settings_of(name).enabled]

    def _is_on(self, name: str) -> bool:
        return self._settings_of(name).enabled is not False

    def _settings_of(self, name: str) -> IntegrationSettings:
        return self.settings.integration(name, *ALSO.get(name, ()))

    def _service_of(self, integration: Integration) -> str | None:
        named = self._settings_of(integration.name).service
        if named:
            return named
        default = integration.service
        if default is None or (self.settings.service and not integration.service_wins):
            return None
        return default

    def _values_of(self, integration: Integration) -> dict[str, Any]:
        mine = self._settings_of(integration.name)
        chosen = {option.name: mine.option(option) for option in integration.options}
        return {"full": self.settings.detail == "full", **chosen}

    def change(self, values: Mapping[str, object]) -> list[Problem]:
        """Puts what remote configuration says in force, now; None gives an option's local value back.

        Returns what could not be applied.
        """
        problems = self.settings.apply_remote(values)
        tell(_native.reconfigure(live_options(self.settings)))
        _native.note_settings(list(entries(self.settings, tuple(name for name in values if name in OPTIONS))))
        _native.note_protection(self.settings.protection != "off")
        self._tag_requests()
        return problems

    def stop(self) -> None:
        """Takes everything off, and sends what is left."""
        self.registry.stop()
        while self._undo:
            self._undo.pop()()
        _native.shutdown(1.0)


def _asks(settings: Settings) -> bool:
    """Whether the agent is asked for settings: it is where traces go to one, or where that is said."""
    where_traces_go = settings.exporters in ("datadog", "both")
    return settings.remote_configuration and (
        where_traces_go or settings.origin("remote_configuration").source != "default"
    )


_running: Running | None = None


def start(*, instrument: bool = True, in_memory: bool = False, **options: object) -> Running | None:
    """Puts vedette to work. See `vedette.start`."""
    global _running
    if _running is not None:
        return _running
    settings = load(options, integrations=VARIABLES)
    if not settings.enabled:
        return None
    _running = Running(settings, in_memory)
    if instrument:
        _running.instrument_installed()
    tell(settings.problems)
    return _running


def stop() -> None:
    """Takes vedette out of the process again."""
    global _running
    if _running is not None:
        _running.stop()
        _running = None


def instrument(name: str) -> None:
    """Instruments one library. Starts vedette without the automatic integrations if it is not started."""
    running = start(instrument=False)
    if running is None:
        return
    reason = running.registry.instrument(name)
    if reason:
        tell([f"{name}: {reason}"])


def instrument_dbapi(module: ModuleType, system: str | None = None) -> None:
    """Instruments any driver of PEP 249 by its module, which has `connect`. Raises TypeError for one that has none.

    Spans are named by the module (`<module>.query`). `system` is `db.system.name` (`postgresql`, `mysql`): what the
    server speaks, where that is not the module's name. Connections that are made from now on are seen.
    """
    from vedette.instrument.families.any_driver import declare  # few ask for it, and start-up must not pay

    declared = declare(module, system)
    running = start(instrument=False)
    if running is None:
        return
    known = _known_by(module.__name__)
    if known is None:
        running.registry.add(declared)
    else:
        instrument(known)


def instrument_wsgi(application: Any) -> Any:
    """A WSGI application around this one, whose requests are traced.

    Frameworks that are instrumented need no asking; within this one they are part of its requests. Starts vedette
    without the automatic integrations if it is not started; where it is switched off, the application is returned.
    """
    from vedette.instrument.families.traced_wsgi import traced  # few ask for it, and start-up must not pay

    running = start(instrument=False)
    if running is None:
        return application
    running.registry.instrument("wsgi")
    return traced(application)


def instrument_asgi(application: Any) -> Any:
    """An ASGI application (of version 2 or 3, as this one is) around this one, whose requests are traced.

    Frameworks that are instrumented need no asking; within this one they are part of its requests. Starts vedette
    without the automatic integrations if it is not started; where it is switched off, the application is returned.
    """
    from vedette.instrument.families.traced_asgi import traced  # few ask for it, and start-up must not pay

    running = start(instrument=False)
    if running is None:
        return application
    running.registry.instrument("asgi")
    return traced(application)


def _known_by(module: str) -> str | None:
    """The integration of a library with this import name, if there is one."""
    hooking = {name for hooked, names in MODULES.items() if f"{hooked}.".startswith(f"{module}.") for name in names}
    return next((name for name in hooking if module in load_integration(name).modules), None)


def running() -> Running | None:
    """What is running, if anything is."""
    return _running


def effective_settings(options: Mapping[str, object] | None = None) -> Settings:
    """The settings in force, or those that would be."""
    return _running.settings if _running is not None else load(options, integrations=VARIABLES)
