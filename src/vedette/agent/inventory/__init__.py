"""What is known of the APIs behind the spans: endpoints, shapes of requests and responses, how clients authenticate.

Spans bring the shapes as `security.api.*` attributes (docs/api-security.md), from vedette or from a Datadog tracer.
They are merged here over time, and outlive the spans.
"""
