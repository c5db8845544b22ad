"""What is told about web requests, and what is hidden."""

from __future__ import annotations

from vedette.settings.forms import HEADER_TAGS, STATUSES
from vedette.settings.kinds import BOOLEAN, TEXT
from vedette.settings.option import Option

OPTIONS = (
    Option(
        "header_tags",
        HEADER_TAGS,
        {},
        ("DD_TRACE_HEADER_TAGS",),
        "Headers of requests and responses that become tags, under their own name or the given one; `*` is all.",
        live=True,
    ),
    Option(
        "client_ip_enabled",
        BOOLEAN,
        False,
        ("DD_TRACE_CLIENT_IP_ENABLED",),
        "Whether the client's address becomes a tag also where protection is off.",
    ),
    Option(
        "client_ip_header",
        TEXT,
        None,
        ("DD_TRACE_CLIENT_IP_HEADER",),
        "The only header to take the client's address from, instead of the usual ones.",
    ),
    Option(
        "query_string",
        BOOLEAN,
        True,
        ("DD_HTTP_SERVER_TAG_QUERY_STRING",),
        "Whether the URL of an incoming request keeps its query string, obfuscated.",
    ),
    Option(
        "client_query_string",
        BOOLEAN,
        True,
        ("DD_TRACE_HTTP_CLIENT_TAG_QUERY_STRING",),
        "Whether the URL of an outgoing request keeps its query string, obfuscated.",
    ),
    Option(
        "query_string_obfuscation",
        TEXT,
        None,
        ("DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP",),
        "Regular expression of what to hide in query strings instead of the built-in one; an empty text hides nothing.",
        empty=True,
    ),
    Option(
        "http_server_error_statuses",
        STATUSES,
        ((500, 599),),
        ("DD_TRACE_HTTP_SERVER_ERROR_STATUSES", "DD_HTTP_SERVER_ERROR_STATUSES"),
        "Statuses that make the span of an incoming request an error.",
    ),
    Option(
        "http_client_error_statuses",
        STATUSES,
        ((500, 599),),
        ("DD_TRACE_HTTP_CLIENT_ERROR_STATUSES", "DD_HTTP_CLIENT_ERROR_STATUSES"),
        "Statuses that make the span of an outgoing request an error.",
    ),
)
