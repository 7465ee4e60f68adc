"""An asyncio program that dumps a failure while other tasks wait; its argument names the file."""

import asyncio
import sys

import tibidi


async def wait_for(name, event):
    patience = len(name)
    await event.wait()
    return patience


async def fail(orders):
    await asyncio.sleep(0.05)
    return orders["missing"]


async def main():
    event = asyncio.Event()
    asyncio.get_running_loop().create_task(wait_for("delivery", event), name="delivery task")
    keep = asyncio.get_running_loop().create_task(wait_for("payment", event), name="payment task")
    try:
        await fail({"first": 1})
    except KeyError as error:
        tibidi.dump_exception(error, sys.argv[1])
    return keep


asyncio.run(main())
