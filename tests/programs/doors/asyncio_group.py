# a task of an asyncio.TaskGroup fails
# needs: 3.11
import asyncio

import shop


async def job():
    shop.fail()


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(job())


asyncio.run(main())
