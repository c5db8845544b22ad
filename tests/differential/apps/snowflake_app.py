"""Snowflake: statements, many at once, an error."""

import contextlib
import json
import os

import snowflake.connector

connection = snowflake.connector.connect(**json.loads(os.environ["SNOWFLAKE"]))
cursor = connection.cursor()
for statement in (
    "create database if not exists shop",
    "create schema if not exists shop.sales",
    "use schema shop.sales",
):
    cursor.execute(statement)
cursor.execute("create or replace table users (id integer, name text)")
cursor.executemany("insert into users values (%s, %s)", [(1, "Ada"), (2, "Grace")])
cursor.execute("select name from users where id = %s", (1,)).fetchall()
with contextlib.suppress(snowflake.connector.Error):
    cursor.execute("select * from absent")
connection.close()
