"""The embedded agent: receives traces from any language's tracer, stores them, and serves a page to read them.

It knows the formats on the wire and nothing of the tracer. Its rooms: `receive` (both protocols), `store` (DuckDB),
`query` (what can be asked), `panels` (what a screen shows), `ui` (templates and static files), `serve` (HTTP).
"""
