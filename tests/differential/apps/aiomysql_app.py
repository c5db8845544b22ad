"""aiomysql: what every driver is asked."""

import asyncio
import os

import aiomysql
from statements import run_async


async def main():
    connection = await aiomysql.connect(
        host="127.0.0.1", port=int(os.environ["MYSQL_PORT"]), user="test", password="test", db="shop"
    )
    await run_async(await connection.cursor(), aiomysql.Error)
    await connection.commit()
    await connection.rollback()
    connection.close()


asyncio.run(main())
