"""Pyramid: a route with a parameter, an absent one, a failing view."""

from pyramid.config import Configurator
from wsgi import get


def user(request):
    return {"user": request.matchdict["user"]}


def boom(request):
    raise ValueError("boom")


with Configurator() as config:
    config.add_route("user", "/users/{user}")
    config.add_route("boom", "/boom")
    config.add_view(user, route_name="user", renderer="json")
    config.add_view(boom, route_name="boom")
    app = config.make_wsgi_app()
for path in ("/users/7?page=2", "/absent", "/boom"):
    get(app, path)
