"""Stack traces as text, bounded, and without touching the disk while a request waits.

The lines of source are put in by the thread that sends (`vedette-send/src/source_lines.rs`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_MOST_FRAMES = 100


def format_exception(error: BaseException) -> str:
    """The traceback of `error`, in the interpreter's own layout but without source lines, then type and message."""
    lines = ["Traceback (most recent call last):\n"]
    lines += _frames(error.__traceback__)
    lines.append(_last_line(error))
    return "".join(lines)


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}\n')
        traceback = traceback.tb_next
    if len(frames) <= _MOST_FRAMES:
        return frames
    half = _MOST_FRAMES // 2
    return [*frames[:half], f"  ... {len(frames) - _MOST_FRAMES} frames left out ...\n", *frames[-half:]]


def _last_line(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        return f"{name}: {error}"
    except Exception:  # a raising __str__ is the application's business, not a reason to lose the stack
        return name
