"""pyodbc: what every driver is asked, by the driver of SQLite."""

import os

import pyodbc
from statements import run

connection = pyodbc.connect(os.environ["ODBC"])
run(connection, pyodbc.Error, "?")
connection.close()
