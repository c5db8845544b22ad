"""psycopg2: statements, many at once, a commit, an error."""

import contextlib
import os

import psycopg2

connection = psycopg2.connect(host="127.0.0.1", port=os.environ["POSTGRESQL_PORT"], user="postgres", dbname="postgres")
cursor = connection.cursor()
cursor.execute("create temporary table users (id integer, name text)")
cursor.executemany("insert into users values (%s, %s)", [(1, "Ada"), (2, "Grace")])
connection.commit()
cursor.execute("select name from users where id = %s", (1,))
cursor.fetchall()
with contextlib.suppress(psycopg2.Error):
    cursor.execute("select * from absent")
connection.rollback()
connection.close()
