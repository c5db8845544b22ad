"""Errors of vedette itself, told to the user's own agent: what kind, and where. Nothing of the application."""

from __future__ import annotations

from vedette import _native

_HERE = __file__.rpartition("instrument")[0]


def note(what: str, error: BaseException) -> None:
    """Notes an error that was contained. Its message may quote the application's data, and so does not go along."""
    _native.note_trouble(f"{what}: {type(error).__name__}", _stack(error))


def _stack(error: BaseException) -> str:
    lines, at = ["Traceback (most recent call last):"], error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        own = code.co_filename.startswith(_HERE)
        file = "vedette/" + code.co_filename[len(_HERE) :] if own else "<redacted>"
        lines.append(f'  File "{file}", line {at.tb_lineno}, in {code.co_name}' if own else f"  {file}")
        at = at.tb_next
    return "\n".join([*lines[:50], type(error).__name__])
