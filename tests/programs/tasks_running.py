"""Dump from within a loop with pending tasks in it."""

import asyncio
import sys

import tibidi


async def leaf(amount):
    doubled = amount * 2
    await asyncio.sleep(600)


async def branch(amount):
    label = f"branch {amount}"
    await leaf(amount)


async def numbers():
    count = 1
    while True:
        await asyncio.sleep(600)
        yield count


async def consume():
    async for number in numbers():
        pass


async def wait_for(event, task):
    await asyncio.wait_for(task, 600)


async def main():
    event = asyncio.Event()
    first = asyncio.create_task(branch(21), name="first")
    others = [asyncio.create_task(consume(), name="consumer"), asyncio.create_task(event.wait(), name="waiter")]
    joined = asyncio.create_task(wait_for(event, first), name="joined")
    await asyncio.sleep(0.01)
    try:
        1 / 0
    except ZeroDivisionError as error:
        tibidi.dump_exception(error, sys.argv[1])


asyncio.run(main())
