"""Tornado: a handler with a parameter, an absent one, a failing handler."""

import asyncio

import tornado.httpserver
import tornado.testing
import tornado.web
from raw import ask


class User(tornado.web.RequestHandler):
    def get(self, user):
        self.write({"user": user})


class Boom(tornado.web.RequestHandler):
    async def get(self):
        raise ValueError("boom")


async def main():
    app = tornado.web.Application([(r"/users/(\d+)", User), (r"/boom", Boom)])
    socket, port = tornado.testing.bind_unused_port()
    server = tornado.httpserver.HTTPServer(app)
    server.add_sockets([socket])
    for path in ("/users/7?page=2", "/absent", "/boom"):
        await asyncio.to_thread(ask, port, path)
    server.stop()


asyncio.run(main())
