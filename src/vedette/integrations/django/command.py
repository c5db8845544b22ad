"""Management commands: a trace each, where asked for. Some run for months (servers, workers), hence not by itself."""

from __future__ import annotations

from vedette.instrument import Call
from vedette.operations import Task


def running(call: Call) -> Task:
    """`manage.py <name>`, or `call_command(name)`."""
    name = type(call.instance).__module__.rpartition(".")[2]
    return Task("django.command", name)
