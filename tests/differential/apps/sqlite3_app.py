"""sqlite3: statements, many at once, a commit, an error."""

import contextlib
import sqlite3

connection = sqlite3.connect(":memory:")
cursor = connection.cursor()
cursor.execute("create table users (id integer, name text)")
cursor.executemany("insert into users values (?, ?)", [(1, "Ada"), (2, "Grace")])
connection.commit()
cursor.execute("select name from users where id = ?", (1,)).fetchall()
with contextlib.suppress(sqlite3.Error):
    connection.execute("select * from absent")
connection.rollback()
