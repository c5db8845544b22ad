"""Starlette: routes in a mount, an absent one, a failing endpoint."""

from asgi import get
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route


async def user(request):
    return JSONResponse({"user": request.path_params["user"]})


async def boom(request):
    raise ValueError("boom")


app = Starlette(routes=[Mount("/api", routes=[Route("/users/{user:int}", user)]), Route("/boom", boom)])
for path in ("/api/users/7?page=2", "/absent", "/boom"):
    get(app, path)
