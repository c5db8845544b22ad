"""Templates, as strings and in pieces."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.exercises.exercise import exercise, failure


@exercise("jinja2")
def jinja2(_: Any) -> Any:
    import jinja2 as library

    environment = library.Environment(loader=library.DictLoader({"a": "{{ x }}{% include 'b' %}", "b": "!"}))
    template = environment.get_template("a")
    broken = environment.from_string("{{ 1 // 0 }}")
    later = library.Environment(enable_async=True).from_string("{{ x }}")

    async def rendered() -> Any:
        return await later.render_async(x=1), [part async for part in later.generate_async(x=2)]

    wrong = failure(environment.from_string, "{% if")[0], failure(broken.render)[0]
    return template.render(x=1), list(template.generate(x=2)), asyncio.run(rendered()), wrong
