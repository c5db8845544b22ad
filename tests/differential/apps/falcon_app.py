"""Falcon: a resource with a parameter, an absent one, a failing responder."""

import falcon
from wsgi import get


class User:
    def on_get(self, request, response, user):
        response.media = {"user": user}


class Boom:
    def on_get(self, request, response):
        raise ValueError("boom")


app = falcon.App()
app.add_route("/users/{user:int}", User())
app.add_route("/boom", Boom())
for path in ("/users/7?page=2", "/absent", "/boom"):
    get(app, path)
