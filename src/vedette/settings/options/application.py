"""Who the application is, and how it is traced."""

from __future__ import annotations

from vedette.settings.forms import TAGS
from vedette.settings.kinds import BOOLEAN, PAIRS, TEXT, choice, integer
from vedette.settings.option import Alias, Option
from vedette.settings.translate import OTEL_TAGS, negated, resource_attribute, tag, when

ENVIRONMENT = ("deployment.environment.name", "deployment.environment")

OPTIONS = (
    Option(
        "enabled",
        BOOLEAN,
        True,
        ("DD_TRACE_ENABLED", when("OTEL_TRACES_EXPORTER", none=False)),
        "Whether anything is instrumented and sent; off means that nothing is patched and no thread is started.",
        live=True,
    ),
    Option(
        "apm_tracing",
        BOOLEAN,
        True,
        ("DD_APM_TRACING_ENABLED", negated("DD_EXPERIMENTAL_APPSEC_STANDALONE_ENABLED")),
        "Whether requests are traced for their own sake. Without it protection stands alone: traces with a finding are "
        "sent, requests that API security looked at, one a minute of the others; other services are told of the "
        "first alone.",
    ),
    Option(
        "report_folder",
        TEXT,
        None,
        (),
        "Folder into which each process writes what it instrumented; `vedette doctor` asks for it so.",
    ),
    Option(
        "service",
        TEXT,
        None,
        (
            "DD_SERVICE",
            tag("DD_TAGS", "service"),
            "OTEL_SERVICE_NAME",
            resource_attribute("service.name"),
        ),
        "Name of the service; without it the name is taken from the program that runs.",
    ),
    Option(
        "env",
        TEXT,
        None,
        ("DD_ENV", tag("DD_TAGS", "env"), resource_attribute(*ENVIRONMENT)),
        "Deployment environment, such as `production`.",
    ),
    Option(
        "version",
        TEXT,
        None,
        ("DD_VERSION", tag("DD_TAGS", "version"), resource_attribute("service.version")),
        "Version of the application.",
    ),
    Option(
        "tags",
        TAGS,
        {},
        ("DD_TAGS", OTEL_TAGS),
        "Tags of every span.",
        live=True,
    ),
    Option(
        "service_mapping",
        PAIRS,
        {},
        ("DD_SERVICE_MAPPING",),
        "Services to rename, old name to new name.",
        live=True,
    ),
    Option(
        "detail",
        choice("lean", "full"),
        "lean",
        (Alias("VEDETTE_TRACE_DETAIL", lambda text, _environ: text),),
        "How much frameworks tell: `lean` is the request, the handler and every call that leaves the process, "
        "`full` adds the spans of middleware, hooks, signals and response processing.",
    ),
    Option(
        "hostname",
        TEXT,
        None,
        ("DD_HOSTNAME",),
        "Name of the host, instead of the one that the system gives.",
    ),
    Option(
        "report_hostname",
        BOOLEAN,
        False,
        ("DD_TRACE_REPORT_HOSTNAME",),
        "Whether traces tell the name of the host.",
    ),
    Option(
        "git_repository_url",
        TEXT,
        None,
        ("DD_GIT_REPOSITORY_URL", tag("DD_TAGS", "git.repository_url")),
        "Address of the source repository, told with each trace; a user name and password in it are cut.",
    ),
    Option(
        "git_commit_sha",
        TEXT,
        None,
        ("DD_GIT_COMMIT_SHA", tag("DD_TAGS", "git.commit.sha")),
        "Commit that the application was built from, told with each trace.",
    ),
    Option(
        "process_tags",
        BOOLEAN,
        False,
        ("DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED",),
        "Whether traces tell how the process was started: entry point, its folder, and where the service name is from.",
    ),
    Option(
        "trace_id_128_bit",
        BOOLEAN,
        True,
        ("DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED",),
        "Whether new trace ids have 128 bits; an incoming id keeps its length in any case.",
    ),
    Option(
        "partial_flush",
        BOOLEAN,
        True,
        ("DD_TRACE_PARTIAL_FLUSH_ENABLED",),
        "Whether finished spans of a long trace are sent before its root ends.",
    ),
    Option(
        "partial_flush_min_spans",
        integer(1),
        300,
        ("DD_TRACE_PARTIAL_FLUSH_MIN_SPANS",),
        "Finished spans of one trace that have to wait before a part is sent.",
    ),
    Option(
        "otel_api",
        BOOLEAN,
        True,
        ("DD_TRACE_OTEL_ENABLED", negated("OTEL_SDK_DISABLED")),
        "Whether spans made through the `opentelemetry-api`, if it is installed, join the traces.",
    ),
    Option(
        "debug",
        BOOLEAN,
        False,
        ("DD_TRACE_DEBUG", when("OTEL_LOG_LEVEL", debug=True, trace=True)),
        "Whether vedette logs what it does.",
    ),
    Option(
        "source_lines",
        BOOLEAN,
        True,
        (),
        "Whether stacks of errors have the lines of the application's source, as Python's own tracebacks do.",
    ),
    Option(
        "startup_logs",
        BOOLEAN,
        True,
        ("DD_TRACE_STARTUP_LOGS",),
        "Whether the configuration in effect is told once, on standard error.",
    ),
)
