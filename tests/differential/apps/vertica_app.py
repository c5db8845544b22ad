"""Vertica: what every driver is asked."""

import os

import vertica_python
from statements import run

connection = vertica_python.connect(
    host="127.0.0.1",
    port=int(os.environ["VERTICA_PORT"]),
    user="dbadmin",
    password="secret",
    database="sales",
    tlsmode="disable",
)
run(connection, vertica_python.Error)
connection.close()
