"""mysqlclient: what every driver is asked."""

import os

import MySQLdb
from statements import run

connection = MySQLdb.connect(
    host="127.0.0.1", port=int(os.environ["MYSQL_PORT"]), user="test", password="test", database="shop"
)
run(connection, MySQLdb.Error)
connection.close()
