# a child of an anyio task group fails
# needs: anyio
import anyio

import shop


async def job():
    shop.fail()


async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(job)


anyio.run(main)
