# a child of a trio nursery fails
# needs: trio
import trio

import shop


async def job():
    shop.fail()


async def main():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job)


trio.run(main)
