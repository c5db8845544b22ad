"""Flask: a route with a parameter, an absent one, a method that is not allowed, and a failing view."""

import flask
from wsgi import get

app = flask.Flask(__name__)


@app.route("/users/<int:user>")
def user(user):
    return {"user": user}


@app.route("/page")
def page():
    return flask.render_template_string("<p>{{ name }}</p>", name="Ada")


@app.route("/boom")
def boom():
    raise ValueError("boom")


for path in ("/users/7?page=2", "/page", "/absent", "/boom"):
    get(app, path)
get(app, "/users/7", "POST")
