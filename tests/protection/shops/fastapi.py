"""The shop on FastAPI, whose routes declare their parameters."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse, PlainTextResponse

from tests.protection import shop
from tests.protection.shops import starlette


def _search(name: str = Query()) -> Any:
    """In a thread of the pool, as FastAPI's plain functions are."""
    try:
        return JSONResponse({"rows": shop.search(name)})
    except Exception as error:
        return PlainTextResponse(repr(error), 500)


def _swallow(name: str) -> Any:
    return {"rows": shop.swallowing(name)}


def _path(rest: str) -> Any:
    shop.ran.append("path")
    return PlainTextResponse(rest)


class FastAPIClient(starlette.StarletteClient):
    """Asks the shop on FastAPI."""

    integration = "fastapi"

    def __init__(self) -> None:
        super().__init__()
        app = FastAPI()
        app.get("/search")(_search)
        app.get("/swallow")(_swallow)
        app.get("/path/{rest:path}")(_path)
        app.router.routes.extend(starlette.shop().routes)
        self.app = app


CLIENTS = {"fastapi": FastAPIClient}
