"""Puts a hook into a Python function by giving the function other code.

The function object stays what it was: the same identity (so `from library import function` is hooked too, whatever
the import order), type, signature, defaults, closure, attributes, pickling and position in the source. Undo gives
the first code back. The measurement that chose this shape is in ARCHITECTURE.md ("The hook").

Covered: functions, coroutine functions, generator functions, asynchronous generator functions, with any signature.
Left alone: whatever is not written in Python (see `replace`).
"""

from __future__ import annotations

import sys
from types import FunctionType

from vedette._native import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from vedette._native import Hook

_VARARGS, _VARKEYWORDS = 0x04, 0x08
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200
_AWAITABLE_GENERATOR = 0x100  # what `types.coroutine` makes of a generator function
_VERSION: tuple[int, ...] = sys.version_info[:2]
_LINES = "co_linetable" if _VERSION >= (3, 10) else "co_lnotab"

# The names are constants of the new code, replaced by the objects themselves: nothing is put into the
# library's own globals.
_ENTER, _ORIGINAL, _STREAM = "<vedette enter>", "<vedette original>", "<vedette stream>"

_PLAIN = """
def {name}({signature}):
    _v_enter = {enter!r}
    _v_call = _v_enter({args}, {kwargs})
    if _v_call is None:
        _v_enter = {original!r}
        return _v_enter({forward})
    try:
        _v_result = _v_call.target(*_v_call.args, **_v_call.kwargs)
    except BaseException as _v_error:
        if _v_call.fail(_v_error):
            return _v_call.result
        raise
    return _v_call.finish(_v_result)
"""

_COROUTINE_FUNCTION = """
async def {name}({signature}):
    _v_enter = {enter!r}
    _v_call = _v_enter({args}, {kwargs})
    if _v_call is None:
        _v_enter = {original!r}
        return await _v_enter({forward})
    try:
        _v_result = await _v_call.target(*_v_call.args, **_v_call.kwargs)
    except BaseException as _v_error:
        if _v_call.fail(_v_error):
            return _v_call.result
        raise
    return _v_call.finish(_v_result)
"""

_GENERATOR_FUNCTION = """
def {name}({signature}):
    _v_enter = {enter!r}
    _v_call = _v_enter({args}, {kwargs})
    if _v_call is None:
        _v_enter = {original!r}
        return (yield from _v_enter({forward}))
    _v_stream = {stream!r}
    return (yield from _v_stream(_v_call, _v_call.target(*_v_call.args, **_v_call.kwargs)))
"""

_ASYNC_GENERATOR_FUNCTION = """
async def {name}({signature}):
    _v_enter = {enter!r}
    _v_call = _v_enter({args}, {kwargs})
    _v_original = {original!r}
    _v_source = _v_original({forward}) if _v_call is None else _v_call.target(*_v_call.args, **_v_call.kwargs)
    _v_step, _v_values = _v_source.__anext__, ()
    try:
        while True:
            if _v_call is not None:
                _v_call.resume()
            try:
                _v_item = await _v_step(*_v_values)
            except StopAsyncIteration:
                return
            except BaseException as _v_error:
                if _v_call is not None:
                    _v_call.close(_v_error)
                raise
            finally:
                if _v_call is not None:
                    _v_call.pause()
            try:
                _v_step, _v_values = _v_source.asend, ((yield _v_item),)
            except GeneratorExit:
                await _v_source.aclose()
                raise
            except BaseException as _v_error:
                _v_step, _v_values = _v_source.athrow, (_v_error,)
    finally:
        if _v_call is not None:
            _v_call.close()
"""


def can_rewrite(function: object) -> bool:
    """Whether `function` is a plain Python function, whose code can be given."""
    return type(function) is FunctionType


def parameters(function: FunctionType) -> tuple[str, ...]:
    """Names of the positional parameters, in order."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def copy(function: FunctionType) -> FunctionType:
    """A function with the code that `function` has now: what the hook calls as the original."""
    original = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__qualname__ = function.__qualname__
    original.__module__ = function.__module__
    return original


def rewrite(function: FunctionType, hook: Hook) -> Callable[[], None]:
    """Gives `function` code that goes through `hook`; returns what undoes it."""
    before = function.__code__
    objects = {_ENTER: hook.enter, _ORIGINAL: hook.original, _STREAM: Stream}
    after = _code(before, objects)
    function.__code__ = after

    def undo() -> None:
        # Somebody else may have given it other code since; theirs calls ours then, which is off by the switch.
        if function.__code__ is after:
            function.__code__ = before

    return undo


def _code(code: CodeType, objects: dict[str, Any]) -> CodeType:
    source = _template(code.co_flags).format(
        name=code.co_name if code.co_name.isidentifier() else "function",
        enter=_ENTER,
        original=_ORIGINAL,
        stream=_STREAM,
        **_spelled(code),
    )
    closed = _closed(source, code.co_freevars)
    compiled = _function_code(compile(closed, code.co_filename, "exec", dont_inherit=True))
    changes: dict[str, Any] = {
        "co_consts": tuple(objects.get(c, c) if type(c) is str else c for c in compiled.co_consts),
        "co_freevars": code.co_freevars,
        "co_name": code.co_name,
        "co_flags": compiled.co_flags | (code.co_flags & _AWAITABLE_GENERATOR),
        "co_firstlineno": code.co_firstlineno,
        _LINES: _one_line(len(compiled.co_code)),
    }
    if hasattr(code, "co_qualname"):
        changes["co_qualname"] = code.co_qualname
    return compiled.replace(**changes)


def _closed(source: str, free: tuple[str, ...]) -> str:
    """The source within a function that has the variables of the closure, with a use of them that is never reached.

    The compiler must know of them: only then the code fetches them when it starts, and a frame without them crashes
    the interpreter as soon as somebody looks at its `f_locals` (debuggers, error reporters).
    """
    if not free:
        return source
    head, body = source.strip().split("\n", 1)
    within = f"{head}\n    if 0: ({', '.join(free)},)\n{body}".replace("\n", "\n    ")
    return f"def closure({', '.join(free)}):\n    {within}\n"


def _template(flags: int) -> str:
    if flags & _COROUTINE:
        return _COROUTINE_FUNCTION
    if flags & _ASYNC_GENERATOR:
        return _ASYNC_GENERATOR_FUNCTION
    return _GENERATOR_FUNCTION if flags & _GENERATOR else _PLAIN


def _spelled(code: CodeType) -> dict[str, str]:
    """The signature, and the three ways its parameters are passed on."""
    names = code.co_varnames
    positional = list(names[: code.co_argcount])
    keywords = list(names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    at = code.co_argcount + code.co_kwonlyargcount
    star = names[at] if code.co_flags & _VARARGS else ""
    double = names[at + bool(star)] if code.co_flags & _VARKEYWORDS else ""
    passed = [*positional, *([f"*{star}"] if star else [])]
    named = [f"{k}={k}" for k in keywords] + ([f"**{double}"] if double else [])
    return {
        "signature": _signature(positional, code.co_posonlyargcount, star, keywords, double),
        "args": f"({', '.join(passed)},)" if passed else "()",
        "kwargs": _keywords(keywords, double),
        "forward": ", ".join([*passed, *named]),
    }


def _signature(positional: list[str], only: int, star: str, keywords: list[str], double: str) -> str:
    parts = positional[:only] + (["/"] if only else []) + positional[only:]
    if star:
        parts.append(f"*{star}")
    elif keywords:
        parts.append("*")
    return ", ".join(parts + keywords + ([f"**{double}"] if double else []))


def _keywords(keywords: list[str], double: str) -> str:
    if not keywords:
        return double or "None"
    return "{" + ", ".join([f"{k!r}: {k}" for k in keywords] + ([f"**{double}"] if double else [])) + "}"


def _one_line(size: int) -> bytes:
    """A table that puts `size` bytes of code on the first line, without columns: a traceback shows the original's head.

    A tree of syntax with other positions does the same, and takes three times as long in all.
    """
    if _VERSION >= (3, 11):  # entries of up to 8 code units: CPython's Objects/locations.md
        full, rest = divmod(size // 2, 8)
        return b"\xef\x00" * full + (bytes((0xE7 + rest, 0)) if rest else b"")
    if _VERSION >= (3, 10):  # pairs of bytes and lines to go on: PEP 626
        full, rest = divmod(size, 254)
        return b"\xfe\x00" * full + (bytes((rest, 0)) if rest else b"")
    return b""


def _function_code(module: CodeType) -> CodeType:
    """The code of the only function in a module, and in that function if it is but a closure."""
    code: CodeType = next(const for const in module.co_consts if hasattr(const, "co_code"))
    return _function_code(code) if code.co_name == "closure" and code.co_cellvars else code
