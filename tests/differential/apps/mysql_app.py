"""mysql-connector: what every driver is asked."""

import os

import mysql.connector
from statements import run

connection = mysql.connector.connect(
    host="127.0.0.1", port=int(os.environ["MYSQL_PORT"]), user="test", password="test", database="shop"
)
run(connection, mysql.connector.Error)
connection.close()
