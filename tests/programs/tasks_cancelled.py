"""Crash in asyncio.run(), which cancels the other tasks before any hook sees the exception."""

import asyncio


async def child(number):
    doubled = number * 2
    await asyncio.sleep(600)


async def main():
    task = asyncio.create_task(child(21), name="child")
    await asyncio.sleep(0.01)
    raise ValueError("in main")


asyncio.run(main())
