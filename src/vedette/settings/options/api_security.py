"""What is learned of the application's API."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, SECONDS, integer
from vedette.settings.option import Option

OPTIONS = (
    Option(
        "api_security",
        BOOLEAN,
        True,
        ("DD_API_SECURITY_ENABLED",),
        "Whether the shapes of requests and responses (never a value), and how clients authenticate, are told of "
        "sampled requests; protection has to be on.",
    ),
    Option(
        "api_security_sample_delay",
        SECONDS,
        30.0,
        ("DD_API_SECURITY_SAMPLE_DELAY",),
        "Seconds between two sampled requests of one endpoint that are answered with the same status.",
    ),
    Option(
        "api_security_response_body",
        BOOLEAN,
        True,
        ("DD_API_SECURITY_PARSE_RESPONSE_BODY",),
        "Whether bodies of responses in JSON are looked at.",
    ),
    Option(
        "api_security_endpoints",
        integer(1, 1_000_000),
        4096,
        ("DD_API_SECURITY_SAMPLE_CACHE_SIZE",),
        "Endpoints and statuses that are sampled apart from one another; those not met for longest are forgotten.",
    ),
    Option(
        "http_endpoint",
        BOOLEAN,
        False,
        ("DD_TRACE_RESOURCE_RENAMING_ENABLED",),
        "Whether requests without a route get an endpoint made of their path (`http.endpoint`), also where nothing "
        "is sampled.",
    ),
    Option(
        "http_endpoint_always",
        BOOLEAN,
        False,
        ("DD_TRACE_RESOURCE_RENAMING_ALWAYS_SIMPLIFIED_ENDPOINT",),
        "Whether requests with a route get one, too.",
    ),
)
