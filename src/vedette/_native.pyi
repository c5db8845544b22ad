"""The native core: spans, trace context, hooks, sending, rules.

Applications use what `vedette` exports; the rest serves vedette's own packages. Nothing here imports Python modules
when it is loaded, and importing it starts no thread and opens no file.

Units: times are nanoseconds since the Unix epoch, durations nanoseconds, timeouts seconds. Whatever the application
hands over as a name, a value or a header is converted within limits; what can't be is left out and counted
(`counters()["cut"]`), and nothing is raised for it.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any, Literal, TypeVar, final

__all__ = [
    "Call",
    "CasedHeaders",
    "Context",
    "Facts",
    "Hook",
    "Inspection",
    "RawHeaders",
    "RemoteConfig",
    "Rules",
    "Span",
    "Stream",
    "Switch",
    "Wrapped",
    "__version__",
    "activate",
    "active_span",
    "asgi_target",
    "check_rules",
    "client_address",
    "configure",
    "counters",
    "current_root_span",
    "current_span",
    "decode_logs",
    "decode_metrics",
    "decode_rows",
    "describe_incoming",
    "describe_outgoing",
    "enclosing",
    "endpoint_of",
    "extract",
    "first_header",
    "fix",
    "flush",
    "inject",
    "note_endpoints",
    "note_integration",
    "note_protection",
    "note_settings",
    "note_trouble",
    "obfuscated_statement",
    "post",
    "public_key",
    "reconfigure",
    "remote_status",
    "runtime_id",
    "schemas",
    "shutdown",
    "signed_json",
    "span",
    "take",
    "translate",
    "unwatch_remote",
    "url_parts",
    "w3c_context",
    "watch_remote",
    "watch_sigterm",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Operation = TypeVar("_Operation")

__version__: str
"""Version of the native module; the same as the distribution's."""

@final
class Span:
    """A unit of work, made by `vedette.tracer.span`.

    As a context manager it is active inside of the block, records the exception that leaves it, and ends with it.
    As a decorator it gives each call of the function a span like this one. Safe to use from any thread. Pickled (in a
    task's arguments, say) it arrives as None; copied it stays the same span.
    """

    @property
    def trace_id(self) -> int:
        """The 128-bit trace id."""
    @property
    def span_id(self) -> int:
        """The 64-bit id, unique within the trace."""
    @property
    def parent_id(self) -> int:
        """The parent's id, local or remote; 0 for none, and after the end."""
    @property
    def parent(self) -> Span | None:
        """The parent in this process, or None."""
    @property
    def recording(self) -> bool:
        """Whether the span is unfinished and takes attributes."""
    @property
    def name(self) -> str:
        """The operation name, such as `flask.request`; empty after the end."""
    @name.setter
    def name(self, value: str) -> None: ...
    @property
    def resource(self) -> str:
        """What the operation is done to (`GET /users/<id>`); the name where none was given; empty after the end."""
    @resource.setter
    def resource(self, value: str) -> None: ...
    @property
    def service(self) -> str | None:
        """The service, or None for the process's own."""
    @service.setter
    def service(self, value: str | None) -> None: ...
    @property
    def type(self) -> str | None:
        """The Datadog span type, such as `web`, or None."""
    @type.setter
    def type(self, value: str | None) -> None: ...
    @property
    def kind(self) -> str | None:
        """The role: `server`, `client`, `producer`, `consumer`, `internal`, or None."""
    @property
    def error(self) -> bool:
        """Whether the work failed."""
    @error.setter
    def error(self, value: bool) -> None: ...
    @property
    def attributes(self) -> dict[str, Any]:
        """A copy of the attributes; empty after the end."""
    @property
    def sampling_priority(self) -> int | None:
        """The sampling priority of the trace (2, 1, 0 or -1), or None while undecided."""
    @property
    def tracestate(self) -> str:
        """Members of other vendors in the W3C tracestate that came with the trace, joined by commas."""
    @property
    def baggage(self) -> dict[str, str]:
        """A copy of the trace's baggage items."""
    def set_attribute(self, name: str, value: object) -> None:
        """Sets one attribute: a string, bool, int, float, or a sequence of one of them; others by their text.

        None and what has no text is left out. The names `manual.keep` and `manual.drop` decide the trace.
        """
    def set_attributes(self, attributes: dict[str, Any]) -> None:
        """Sets several attributes; values that are None are left out."""
    def set_error(self, error: BaseException | str) -> None:
        """Marks the span as failed because of `error`, an exception (with its stack) or a message."""
    def set_error_message(self, message: str) -> None:
        """Marks the span as failed and says why, beside an exception that was recorded already."""
    def add_event(self, name: str, attributes: dict[str, Any] | None = None, time: int | None = None) -> None:
        """Adds something that happened at `time` (nanoseconds since the epoch; now if not given)."""
    def add_link(self, target: Span | Context, attributes: dict[str, Any] | None = None) -> None:
        """Relates this span to another: a span, or a context extracted from headers."""
    def set_structure(self, name: str, data: object) -> None:
        """Sets structured data (Datadog `meta_struct`): plain data under a name, in the place of what was there.

        What is no dictionary, list, text, number, truth value or None is told by its `str`; more than 1 MiB is dropped.
        """
    def keep(self) -> None:
        """Keeps the trace, whatever the sampling rules say."""
    def keep_for_security(self) -> None:
        """Keeps the trace because of a security event."""
    def discard(self) -> None:
        """Drops the trace, whatever the sampling rules say."""
    def set_baggage(self, key: str, value: str | None) -> None:
        """Sets a baggage item, which goes to all services called from here; None removes it."""
    def clear_baggage(self) -> None:
        """Removes all baggage items."""
    def finish(self, end: int | None = None) -> None:
        """Ends the span, now or at `end` (nanoseconds since the epoch). Only the first call counts."""
    def activate(self) -> None:
        """Makes the span the active one of this context (thread, task, greenlet)."""
    def deactivate(self) -> None:
        """Makes what was active before active again, if this span still is."""
    def __enter__(self) -> Span: ...
    def __exit__(self, kind: object, error: object, _traceback: object) -> Literal[False]: ...
    def __call__(self, function: _Function) -> _Function: ...
    def __copy__(self) -> Span: ...
    def __deepcopy__(self, _memo: object) -> Span: ...

@final
class Facts(dict[str, Any]):
    """Attributes that many spans have, converted once: to be left as it was made."""

    def __new__(cls, attributes: dict[str, Any]) -> Facts: ...

@final
class Context:
    """What the headers of a request say about the trace it belongs to; made by `extract`."""

    @property
    def trace_id(self) -> int | None:
        """The remote trace id, or None where the headers name no trace."""
    @property
    def span_id(self) -> int | None:
        """The remote parent's span id, or None."""
    @property
    def sampling_priority(self) -> int | None:
        """The sampling priority that was decided upstream, or None."""
    @property
    def origin(self) -> str | None:
        """The Datadog origin, such as `synthetics`, or None."""
    @property
    def baggage(self) -> dict[str, str]:
        """The baggage items."""

@final
class Switch:
    """The switch of one integration, shared by its hooks. Goes off by itself after 20 contained errors."""

    def __new__(cls, report: Callable[[bool, BaseException], object]) -> Switch:
        """`report(off, error)` is called at the first contained error, and when the switch goes off because of them."""
    @property
    def on(self) -> bool:
        """Whether its hooks do anything."""
    @on.setter
    def on(self, value: bool) -> None: ...
    @property
    def failures(self) -> int:
        """Errors contained so far."""

@final
class Hook:
    """Stands around one function of a library: asks the describer what a call is about, and begins the operation.

    Errors of describers and listeners are contained here, except what is no `Exception`: an interrupt, a greenlet's
    timeout, and the refusal of protection go on to the application.
    """

    def __new__(
        cls,
        switch: Switch,
        original: Any,
        describe: Callable[[Call], object],
        after: Callable[[Call, Any], Any] | None,
        names: tuple[str, ...],
        service: str | None,
        component: str,
    ) -> Hook:
        """`describe(call)` gives an operation or None; `after(call, result)` may give another result.

        A describer with an attribute `heard`, a class of operations, is not asked while that has no listeners.
        `names` are the function's parameters in the order of `Call.args`; `service` is that of spans that name none;
        `component` is an attribute of every span.
        """
    @property
    def switch(self) -> Switch:
        """The integration's switch."""
    @property
    def original(self) -> Any:
        """What the hook stands around."""
    def enter(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None) -> Call | None:
        """Before the function runs: the call, if it is to be watched, else None."""
    def begin(self, operation: object) -> Call | None:
        """Begins an operation that no single function call stands for (between two signals); None if switched off."""
    def contain(self, error: BaseException) -> None:
        """Contains an error that happened on this hook's account; raises it again if it is no `Exception`."""

@final
class Wrapped:
    """Stands in place of a function that is not written in Python: a native callable around it.

    It binds as a function does, is pickled by name, and passes on what the original says of itself.
    """

    def __new__(cls, hook: Hook, binds: bool) -> Wrapped:
        """`binds`: whether it becomes a method when it is found on an instance."""
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __get__(self, instance: object, owner: object = None, /) -> Any: ...
    def __copy__(self) -> Wrapped: ...
    def __deepcopy__(self, _memo: object) -> Wrapped: ...
    @property
    def __wrapped__(self) -> Any: ...

@final
class Call:
    """A call of a hooked function while it runs: what describers read and listeners act on."""

    args: tuple[Any, ...]
    """Positional arguments, defaults filled in where the function is written in Python; the instance comes first."""
    kwargs: dict[str, Any]
    """Keyword arguments."""
    target: Any
    """What is called: the original, unless a describer or listener put something in its place."""
    result: Any
    """What the caller is to get: settable by listeners, after the call and in place of an exception."""

    @property
    def operation(self) -> Any:
        """What the describer made of the call, or None."""
    @property
    def span(self) -> Span | None:
        """The span of the operation, or None."""
    @property
    def instance(self) -> Any:
        """The instance whose method was called. Raises IndexError for a function called without arguments."""
    def arg(self, position: int, name: str, default: Any = None) -> Any:
        """The argument called `name`, or `default` if it was not given.

        `position` counts without the instance, and matters only where the function does not tell its parameters.
        """
    def keep_open(self) -> None:
        """Keeps the operation open beyond the call: whoever says so ends it by `close` (the life of a stream)."""
    def finish(self, result: Any) -> Any:
        """The function returned `result`: what the caller is to get."""
    def fail(self, error: BaseException) -> bool:
        """The function raised `error`. True if the caller is to get `result` instead of the exception."""
    def resume(self) -> None:
        """Makes the span the active one (a stream goes on)."""
    def pause(self) -> None:
        """Makes what was active before active again (a stream waits)."""
    def close(self, error: BaseException | None = None) -> None:
        """Ends an operation that was kept open; only the first call counts."""
    def start(self, operation: object) -> Call | None:
        """Begins another operation on behalf of the same integration (a message on the connection this call opened)."""
    def contain(self, error: BaseException) -> None:
        """Contains an error that happened on behalf of this call; raises it again if it is no `Exception`."""

@final
class Stream:
    """Stands for an iterable that a hooked function returned: each step runs with the operation's span active.

    The operation ends with the last step, with `close`, or when the stream is thrown away. Other attributes are those
    of the source.
    """

    def __new__(cls, call: Call, source: Iterable[Any], length: int | None = None) -> Stream:
        """Keeps the operation of `call` open. Raises TypeError if `source` can't be iterated.

        With a `length` in bytes the operation ends with the piece that completes it, before that is handed over.
        """
    def __iter__(self) -> Iterator[Any]: ...
    def __next__(self) -> Any: ...
    def send(self, value: Any) -> Any:
        """As of a generator."""
    def throw(self, *error: Any) -> Any:
        """As of a generator."""
    def close(self) -> None:
        """Closes the source if it can be closed, and ends the operation."""

@final
class RemoteConfig:
    """One remote configuration."""

    @property
    def path(self) -> str:
        """Its path, which is unique."""
    @property
    def product(self) -> str:
        """What it is about, such as `ASM_DATA`."""
    @property
    def id(self) -> str:
        """Which of several of a product."""
    @property
    def version(self) -> int:
        """Its version."""
    @property
    def hash(self) -> str:
        """SHA-256 of the content, in hexadecimal digits."""
    @property
    def content(self) -> bytes:
        """The content as it came."""
    def value(self) -> Any:
        """The content, which is JSON. Raises ValueError where it is not."""

def watch_remote(
    options: dict[str, Any],
    apply: Callable[[list[RemoteConfig]], tuple[list[tuple[str, str]], tuple[list[str], bytes] | None]],
) -> None:
    """Has `apply` called with the configurations of this process whenever they change.

    That happens on a thread of its own, which the first finished trace of each process starts. `apply` gives for each
    path what is wrong with it (an empty text: it is in force), and the products and capabilities (a bit field, the
    highest byte first) that are wanted from now on, or None. Raises ValueError for options that are missing, of the
    wrong type, or that can't be understood.
    """

def unwatch_remote() -> None:
    """Asks no more: what is in force stays."""

def remote_status() -> dict[str, Any] | None:
    """What the client of this process has done: `answers`, `failures`, `refused`, `changes`, `panics`, `last_error`.

    None before there is one.
    """

def post(url: str, path: str, content_type: str, body: bytes, timeout: float) -> int:
    """Posts a body to an agent, without the GIL; the status of the answer.

    Raises OSError if there is none, ValueError for an address that can't be understood.
    """

def check_rules(content: bytes) -> tuple[int, list[str]]:
    """How many rules of a rule file can be used, and what in it can't, with reasons. The GIL is released meanwhile.

    Raises ValueError if it is no rule file at all.
    """

def public_key(seed: bytes) -> str:
    """The Ed25519 public key of a secret one, in hexadecimal digits. Raises ValueError if `seed` has not 32 bytes."""

def signed_json(seed: bytes, json: str) -> str:
    """The signature of a JSON document in its canonical form (The Update Framework), in hexadecimal digits.

    Raises ValueError if `seed` has not 32 bytes, or `json` has no canonical form.
    """

@final
class Rules:
    """Parsed rule files of the WAF, shared by all requests."""

    def __new__(cls, *files: bytes) -> Rules:
        """Parses rule files (JSON, event-rule schema 2.x), several as one. Raises ValueError if they can't be used."""
    @property
    def version(self) -> str:
        """Version that the file gives."""
    @property
    def loaded(self) -> int:
        """How many rules are in force."""
    @property
    def addresses(self) -> list[str]:
        """Addresses that some rule looks at."""
    @property
    def actions(self) -> list[tuple[str, str, dict[str, str]]]:
        """What the consequences that rules name are: id, kind (`block_request`, ...), parameters."""
    @property
    def failures(self) -> list[tuple[str, str]]:
        """Rules that were skipped: id and reason."""

@final
class Inspection:
    """What is known of one request, and what was found in it."""

    def __new__(cls, rules: Rules, seconds: float, depth: int, elements: int) -> Inspection:
        """`seconds` bounds one evaluation, `depth` and `elements` what is looked at in it."""
    def evaluate(
        self, addresses: dict[str, Any], raw: list[tuple[str, str, bytes | str]] | None = None
    ) -> tuple[list[dict[str, Any]], bool]:
        """Evaluates new data by address: what was found, and whether something was left out.

        `raw` is data as it was sent: address, `json`, `xml`, `form`, `cookies`, `text` or `pieces` (a text that
        is inspected from its beginning to its end), and the bytes or text.
        The GIL is released for large data. A finding has `rule_id`, `rule_name`, `tags`, `operator`, `operator_value`,
        `address`, `key_path`, `value`, `highlight`, `on_match`, `event` (whether it is an attack; else it only tags),
        `keep` (whether its trace is kept), `attributes` (what its rule puts on the trace), and of an exploit `sink`
        (address, value).
        """
    def attributes(self) -> dict[str, int]:
        """What the evaluations so far cost (microseconds of processor time) and left out, as attributes of the span."""
    def fingerprints(self) -> dict[str, str]:
        """What identifies the client's program, the endpoint, the way here and the session, by attribute."""

def note_endpoints(name: str, routes: list[tuple[str, str]]) -> None:
    """Notes endpoints that an application has, for telemetry: method and path template each.

    `name` is that of the framework's requests, such as `flask.request`.
    """

def note_integration(name: str, version: str | None = None, automatic: bool = True, error: str | None = None) -> None:
    """Notes what became of an integration, for telemetry.

    `version` is its library's, `automatic` whether nobody asked for it by name, `error` why it leaves the library
    alone.
    """

def note_protection(protected: bool) -> None:
    """Notes whether the application is protected now, for telemetry."""

def note_settings(entries: list[dict[str, Any]]) -> None:
    """Notes settings that changed at run time, for telemetry: dictionaries with `name`, `value` and `origin`."""

def note_trouble(message: str, stack: str) -> None:
    """Notes an error within vedette, for telemetry; the first 50 are told."""

def obfuscated_statement(statement: str) -> str:
    """A statement of SQL whose literals are `?`."""

def client_address(named: list[str], peer: str | None) -> str | None:
    """The client's address: the first public one among the values of headers in `named`.

    Else `peer`, the connection's other end, if it is public, else the first address at all, else `peer`.
    """

def schemas(
    parts: list[tuple[str, str, Any]], depth: int, elements: int
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The shapes of parts of a request or response: never a value of them.

    A part has a name, a kind and its content: `data` (plain Python data), `fields` (the same, where a list with one
    value stands for the value), or as it was sent: `json`, `form` (both bytes or text), `cookies` (text). `depth` and
    `elements` bound what is read. The first result has the encoded schema by the part's name (JSON, at most 24,000
    bytes); the second has by the part's name the formats of strings by their place (a JSON pointer, `*` for list
    elements). A part of kind `json` that is no JSON is left out. The GIL is released while schemas are made.
    """

def endpoint_of(path: str) -> str:
    """The endpoint that a path belongs to where no router says: `/users/42` is `/users/{param:int}`."""

def span(
    name: str,
    resource: str | None = None,
    service: str | None = None,
    type: str | None = None,
    kind: str | None = None,
    parent: Span | Context | Literal[False] | None = None,
    attributes: dict[str, Any] | None = None,
    start: int | None = None,
) -> Span:
    """Starts a span: a context manager, a decorator, or to be ended by `finish()`.

    `name` says what is done (`cart.checkout`), `resource` to what; `service` defaults to the process's own. `type` is
    a Datadog span type, `kind` one of `server`, `client`, `producer`, `consumer`, `internal`. It descends from
    `parent`: a span, a context made by `extract`, False for a new trace, else whatever is active. `start` is in
    nanoseconds since the epoch, now if not given. It becomes active by `with` or `activate()`, not by being started.
    """

def current_span() -> Span | None:
    """The active span of this thread, task or greenlet; None if there is none, or it is finished."""

def active_span() -> Span | None:
    """What `activate` or `with` made active last, also if it is finished since: what work of later descends from."""

def current_root_span() -> Span | None:
    """The first span of the active trace in this process, or None."""

def enclosing(kind: type[_Operation], name: str | None = None) -> _Operation | None:
    """The nearest enclosing operation of class `kind` (and of that name) that is under way in this context, or None."""

def describe_outgoing(span: Span, operation: Any, with_query: bool) -> None:
    """Puts on a span what an `OutgoingRequest` knows as it begins; without `with_query` the URL ends before its query.

    User information in the URL is left out. Raises what looking at the library's headers raises.
    """

def describe_incoming(span: Span, operation: Any) -> None:
    """Puts on a span what an `IncomingRequest` knows as it begins. Raises what looking at its headers raises."""

def url_parts(url: str) -> tuple[str | None, int | None, str]:
    """Host (IPv6 without its brackets, in lower case), port and path of an absolute URL.

    The port is the scheme's own if the URL names none, the path at least `/`. Without a scheme neither host nor port.
    """

def asgi_target(scope: Any) -> tuple[str, str]:
    """URL and query string of an HTTP or WebSocket scope; empty where it tells nothing."""

def first_header(pairs: Iterable[Any], name: str) -> str | None:
    """The value of the first header of that name, whatever its case, in pairs of bytes; None if there is none."""

def activate(span: Span | None) -> None:
    """Makes a span (or none) the active one of this context, without remembering what was.

    For carrying context into a thread or greenlet.
    """

def extract(headers: object) -> Context:
    """Reads the trace context out of headers: a mapping, a WSGI environ, or a list of pairs of bytes (ASGI).

    Formats and their order are those of the setting `propagation_style_extract`: W3C Trace Context and Baggage,
    Datadog, B3. Malformed headers count as absent.
    """

@final
class RawHeaders:
    """Headers as HTTP libraries hold them for the wire, as a mapping that takes headers."""

    def __new__(cls, list: list[Any], names: int) -> RawHeaders:
        """`list` holds lines (`names` is 0), or tuples that say the name once or twice and then the value; all bytes.

        Raises ValueError for other `names`.
        """
    def get(self, name: str) -> str | None:
        """The value of the first header of that name, whatever its case."""
    def items(self) -> list[tuple[bytes, bytes]]:
        """All headers, names as they are spelled."""
    def __setitem__(self, name: str, value: str, /) -> None:
        """Puts a header at the end, in the place of all of that name."""

@final
class CasedHeaders:
    """Headers as Requests keeps them, as a mapping that takes headers."""

    def __new__(cls, dict: dict[str, tuple[str, str]]) -> CasedHeaders:
        """`dict` has names in lower case, and for each the name as it is spelled and the value."""
    def __setitem__(self, name: str, value: str, /) -> None:
        """Puts a header in the place of the one of that name."""

def inject(
    headers: MutableMapping[str, str] | RawHeaders,
    span: Span,
    shown: MutableMapping[str, str] | RawHeaders | CasedHeaders | None = None,
) -> None:
    """Writes the trace context of `span` into a mapping of headers. Nothing is raised, also by a mapping that refuses.

    Those that are `shown` to users for what goes out get it too. Formats are those of the setting
    `propagation_style_inject`. The sampling decision is made now if it was not.
    """

def w3c_context(traceparent: str, tracestate: str) -> Context:
    """The context that W3C headers tell, whatever the settings say about headers of requests."""

def flush(timeout: float) -> bool:
    """Sends what is finished; waits at most `timeout` seconds, without the GIL. False if some has not left by then."""

def shutdown(timeout: float) -> bool:
    """Sends what is left and stops; waits at most `timeout` seconds, without the GIL. False if some has not left."""

def watch_sigterm() -> None:
    """Gives sending its moment again when SIGTERM kills, after the application has set the signal's default back."""

def counters() -> dict[str, Any]:
    """What was sent and dropped by this process, as pairs (traces, spans) in all and by target.

    `cut` counts values that were shortened or left out, `telemetry_dropped` what telemetry has no room for. Before
    anything was sent there are no other entries.
    """

def runtime_id() -> str:
    """The random UUID (version 4) of this process; each fork has its own."""

def configure(options: dict[str, Any]) -> list[str]:
    """Puts settings in force (`vedette.lifecycle.native_options` makes them); returns warnings about skipped entries.

    Traces that have begun keep the settings they began with. Raises ValueError for options that are missing, of the
    wrong type, or that can't be understood.
    """

def reconfigure(options: dict[str, Any]) -> list[str]:
    """Changes what may change at run time (`vedette.lifecycle.native_options.live_options`); returns warnings.

    Rates and rules from remote configuration, whether traces are sent, tags, other names for services; traces that
    have begun follow too. Raises ValueError for options that are missing or of the wrong type.
    """

def decode_rows(format: str, body: bytes, headers: list[tuple[str, str]] = ...) -> list[tuple[Any, ...]]:
    """Decodes a payload; one tuple per span, with the columns of `vedette.agent.store.rows.SpanRow`.

    `format` is `v0.3`, `v0.4`, `v0.5`, `v0.7`, `v1.0` (Datadog Agent), `otlp-protobuf` or `otlp-json`. `headers` are
    those of the request, in lower case: what they say of the sender is used where the payload does not say it. The GIL
    is released meanwhile. Raises ValueError with the reason if the payload can't be decoded.
    """

def decode_logs(format: str, body: bytes) -> list[tuple[Any, ...]]:
    """Decodes log records (`otlp-protobuf`, `otlp-json`); one tuple each, as `vedette.agent.store.rows.LogRow`.

    The GIL is released meanwhile. Raises ValueError with the reason if the payload can't be decoded.
    """

def decode_metrics(format: str, body: bytes) -> list[tuple[Any, ...]]:
    """Decodes data points (`otlp-protobuf`, `otlp-json`); one tuple each, as `vedette.agent.store.rows.MetricRow`.

    The GIL is released meanwhile. Raises ValueError with the reason if the payload can't be decoded.
    """

def translate(format: str, body: bytes, wanted: str, headers: list[tuple[str, str]] = ...) -> list[bytes]:
    """The spans of a payload in another format (`v0.4`, `v0.5`, `otlp-protobuf`, `otlp-json`).

    One body per process that sent them. `format` and `headers` as for `decode_rows`. The GIL is released meanwhile.
    Raises ValueError with the reason if the payload can't be decoded.
    """

def take() -> list[dict[str, Any]]:
    """Takes the chunks that the in-memory sink holds (`vedette.start(in_memory=True)`), each with a list of `spans`."""

def fix(id: int, time: int) -> None:
    """Makes ids count up from `id` and the clocks from `time` (nanoseconds since the epoch); 0 undoes it. For tests."""
