# a task that nobody awaits fails on uvloop
# needs: uvloop
import asyncio

import uvloop
import shop


async def job():
    shop.fail()


async def main():
    task = asyncio.create_task(job())
    await asyncio.sleep(0.01)
    del task
    print("goes on")


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
