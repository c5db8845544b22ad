"""FastAPI: a router with a prefix, an absent route, input that is refused, a failing endpoint."""

from asgi import get
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/api")


@router.get("/users/{user}")
async def user(user: int):
    return {"user": user}


@router.get("/boom")
def boom():
    raise ValueError("boom")


app = FastAPI()
app.include_router(router)
for path in ("/api/users/7?page=2", "/api/users/x", "/absent", "/api/boom"):
    get(app, path)
