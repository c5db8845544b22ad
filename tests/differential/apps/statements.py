"""What every driver of PEP 249 is asked: statements, many at once, a commit, an error, a rollback."""

import contextlib


def run(connection, error=None, placeholder="%s", table="create temporary table users (id integer, name text)"):
    cursor = connection.cursor()
    cursor.execute(table)
    cursor.executemany(
        f"insert into users (id, name) values ({placeholder}, {placeholder})", [(1, "Ada"), (2, "Grace")]
    )
    connection.commit()
    cursor.execute(f"select name from users where id = {placeholder}", (1,))
    cursor.fetchall()
    if error is not None:
        with contextlib.suppress(error):
            cursor.execute("select * from absent")
    connection.rollback()


async def run_async(cursor, error):
    await cursor.execute("create temporary table users (id integer, name text)")
    await cursor.executemany("insert into users values (%s, %s)", [(1, "Ada"), (2, "Grace")])
    await cursor.execute("select name from users where id = %s", (1,))
    await cursor.fetchall()
    with contextlib.suppress(error):
        await cursor.execute("select * from absent")
