# a task of asyncio that nobody awaits fails
import asyncio

import shop


async def job():
    shop.fail()


async def main():
    task = asyncio.create_task(job())
    await asyncio.sleep(0.01)
    del task
    print("goes on")


asyncio.run(main())
