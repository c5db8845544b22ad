"""Bottle: a route with a parameter, an absent one, a failing view."""

import bottle
from wsgi import get

app = bottle.Bottle()


@app.route("/users/<user:int>")
def user(user):
    return {"user": user}


@app.route("/boom")
def boom():
    raise ValueError("boom")


for path in ("/users/7?page=2", "/absent", "/boom"):
    get(app, path)
