"""MariaDB: what every driver is asked, but for an error: under the reference the process crashes then."""

import os

import mariadb
from statements import run

connection = mariadb.connect(
    host="127.0.0.1", port=int(os.environ["MYSQL_PORT"]), user="test", password="test", database="shop"
)
run(connection)
connection.close()
