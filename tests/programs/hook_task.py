"""A task of asyncio that is never awaited ends in an exception: python hook_task.py [uvloop]."""

import asyncio
import gc
import sys


async def work(item):
    await asyncio.sleep(0)
    ratio = 1 / item
    return ratio


async def main():
    asyncio.ensure_future(work(0))
    await asyncio.sleep(0.01)
    gc.collect()
    await asyncio.sleep(0.01)
    print("main goes on")


if "uvloop" in sys.argv:
    import uvloop

    uvloop.install()
asyncio.run(main())
