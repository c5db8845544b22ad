"""PyMySQL: what every driver is asked."""

import os

import pymysql
from statements import run

connection = pymysql.connect(
    host="127.0.0.1", port=int(os.environ["MYSQL_PORT"]), user="test", password="test", database="shop"
)
run(connection, pymysql.Error)
connection.close()
