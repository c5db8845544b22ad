"""The shop's front: what shoppers see (FastAPI). Stock, search and checkout are asked of ``orders`` over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException, Request, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from jinja2 import Environment, FileSystemLoader

import vedette
from vedette.demo import accounts
from vedette.demo.carts import open_carts
from vedette.demo.catalogue import BY_SKU, PRODUCTS, Product
from vedette.demo.place import ORDERS_URL, REDIS_URL

HELP = {"delivery": "Three days, five in winter.", "returns": "Thirty days, dry and unworn."}

pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
carts = open_carts(REDIS_URL)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all calls to ``orders``."""
    async with httpx.AsyncClient(base_url=ORDERS_URL, timeout=10) as client:
        app.state.orders = client
        yield


app = FastAPI(title="shop front", lifespan=lifespan)


async def ask_orders(request: Request, method: str, path: str, **more: Any) -> httpx.Response:
    """Call ``orders``, passing on whose request this is."""
    headers = {"X-Forwarded-For": request.headers.get("x-forwarded-for", "127.0.0.1")}
    answer: httpx.Response = await request.app.state.orders.request(method, path, headers=headers, **more)
    return answer


def passed_on(answer: httpx.Response) -> Response:
    """The answer of ``orders`` as the front's own."""
    return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


def known(sku: str) -> Product:
    """The product, or a 404."""
    if sku not in BY_SKU:
        raise HTTPException(404, f"no product {sku}")
    return BY_SKU[sku]


@app.get("/health")
async def health() -> dict[str, str]:
    """Whether the service is up."""
    return {"status": "up"}


@app.get("/", response_class=HTMLResponse)
async def catalogue() -> str:
    """All products."""
    return pages.get_template("catalogue.html").render(products=PRODUCTS)


@app.get("/products/{sku}", response_class=HTMLResponse)
async def product_page(sku: str, request: Request) -> str:
    """One product, with what is in stock."""
    product = known(sku)
    stock = await ask_orders(request, "GET", f"/stock/{sku}")
    return pages.get_template("product.html").render(product=product, stock=stock.json()["pieces"])


@app.get("/search")
async def search(q: str, request: Request) -> Response:
    """Look for products by name."""
    return passed_on(await ask_orders(request, "GET", "/search", params={"q": q}))


@app.get("/help")
async def help_page(page: str = "delivery") -> PlainTextResponse:
    """A page of the manual."""
    return PlainTextResponse(HELP[page]) if page in HELP else PlainTextResponse("no such page", 404)


@app.post("/login")
async def sign_in(request: Request) -> Response:
    """Let a shopper in, and tell the protection of it."""
    given = await request.json()
    name, password = str(given.get("name", "")), str(given.get("password", ""))
    if not accounts.is_right(name, password):
        vedette.protection.track_login_failure(name, exists=accounts.exists(name))
        return JSONResponse({"detail": "name or password is wrong"}, 401)
    vedette.protection.track_login_success(name, user_id=name)
    return JSONResponse({"shopper": name, "token": accounts.token_of(name)})


@app.get("/account")
async def account(request: Request) -> dict[str, object]:
    """What the shop knows of the shopper who asks."""
    name = accounts.shown(request.headers.get("authorization", ""))
    if name is None:
        raise HTTPException(401, "sign in first")
    return accounts.details(name)


@app.get("/carts/{shopper}")
async def show_cart(shopper: str) -> dict[str, Any]:
    """What a shopper has chosen so far."""
    return {"shopper": shopper, "items": await carts.items(shopper)}


@app.post("/carts/{shopper}/items", status_code=201)
async def add_to_cart(shopper: str, request: Request) -> dict[str, Any]:
    """Choose a product."""
    product = known(str((await request.json()).get("sku")))
    await carts.add(shopper, product.sku)
    return {"shopper": shopper, "added": product.sku}


@app.post("/carts/{shopper}/checkout")
async def checkout(shopper: str, request: Request) -> Response:
    """Buy what is in the cart; stock is looked up for all items at once."""
    items = await carts.items(shopper)
    if not items:
        raise HTTPException(409, "the cart is empty")
    await asyncio.gather(*(ask_orders(request, "GET", f"/stock/{sku}") for sku in sorted(items)))
    card = str((await request.json()).get("card", ""))
    answer = await ask_orders(request, "POST", "/orders", json={"shopper": shopper, "items": items, "card": card})
    if answer.is_success:
        await carts.clear(shopper)
    return passed_on(answer)


@app.get("/orders/export")
async def export(request: Request) -> StreamingResponse:
    """All orders as CSV, streamed through."""
    return StreamingResponse(order_lines(request), media_type="text/csv")


async def order_lines(request: Request) -> AsyncIterator[bytes]:
    """The lines of the export as ``orders`` sends them."""
    async with request.app.state.orders.stream("GET", "/orders.csv") as answer:
        async for chunk in answer.aiter_bytes():
            yield chunk


@app.get("/report")
async def report(request: Request) -> Response:
    """Sales of the season; slow, because its query is."""
    return passed_on(await ask_orders(request, "GET", "/report"))


@app.get("/recommendations/{sku}")
async def recommendations(sku: str) -> dict[str, str]:
    """A page with a mistake in it: it fails for products that have no neighbour."""
    following = PRODUCTS[PRODUCTS.index(known(sku)) + 1]
    return {"sku": sku, "also": following.sku}


@app.websocket("/stock/live")
async def live_stock(websocket: WebSocket) -> None:
    """Three looks at the stock of the product the shopper names."""
    await websocket.accept()
    sku = await websocket.receive_text()
    for _ in range(3):
        answer = await websocket.app.state.orders.get(f"/stock/{sku}")
        await websocket.send_json(answer.json())
    await websocket.close()
