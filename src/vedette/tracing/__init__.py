"""Spans and their context: a thin Python face over the native core."""

from __future__ import annotations

from vedette._native import Context, Span, current_root_span, current_span, extract
from vedette.tracing.tracer import Tracer, inject, tracer

__all__ = ["Context", "Span", "Tracer", "current_root_span", "current_span", "extract", "inject", "tracer"]
