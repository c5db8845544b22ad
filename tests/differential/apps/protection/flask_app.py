"""Flask, attacked: plays the requests of `requests.json` in order; what they send goes into their route's sink."""

import contextlib
import io
import json
import os
import pathlib
import sqlite3
import subprocess
import urllib.request

import flask

app = flask.Flask(__name__)
database = sqlite3.connect(":memory:", check_same_thread=False)
database.execute("create table users (id integer, name text)")


@app.route("/page", methods=["GET", "POST", "PUT"])
@app.route("/page/<path:rest>", methods=["GET", "POST"])
def page(rest=""):
    request = flask.request
    given = [request.args, request.form, request.cookies, [file.filename for file in request.files.values()]]
    if request.is_json:
        given.append(request.get_json(silent=True))
    return {"rest": rest, "given": len(given)}


@app.route("/sql")
def sql():
    with contextlib.suppress(sqlite3.Error):
        database.execute(f"select name from users where name = '{flask.request.args['name']}'").fetchall()
    return "done"


@app.route("/bound")
def bound():
    database.execute("select name from users where name = ?", (flask.request.args["name"],)).fetchall()
    return "done"


@app.route("/file")
def file():
    with contextlib.suppress(OSError), open(f"/srv/public/{flask.request.args['name']}") as opened:
        opened.read(10)
    return "done"


@app.route("/shell")
def shell():
    os.system(f"true {flask.request.args['name']}")
    return "done"


@app.route("/program")
def program():
    with contextlib.suppress(OSError):
        subprocess.run([flask.request.args["name"], "--version"], capture_output=True, timeout=10)
    return "done"


@app.route("/fetch")
def fetch():
    with contextlib.suppress(OSError, ValueError):
        urllib.request.urlopen(flask.request.args["url"], timeout=0.2)
    return "done"


BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def play(client, name, path="/page", method="GET", headers=None, cookie=None, files=None, **body):
    """One request. `files` are names of uploaded files; the rest is as Flask's test client takes it."""
    headers = {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        **(headers or {}),
    }
    if cookie:
        headers["Cookie"] = cookie
    if files:
        body["data"] = {"kind": "photo", **{f"file{at}": (io.BytesIO(b"x"), each) for at, each in enumerate(files)}}
    client.open(path, method=method, headers=headers, buffered=True, **body).close()


for each in json.loads(pathlib.Path(__file__).with_name("requests.json").read_text("utf-8")):
    play(app.test_client(use_cookies=False), **each)
