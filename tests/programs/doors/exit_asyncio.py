# sys.exit() because of an exception in a coroutine
# env: TIBIDI_EXITS=errors
import asyncio
import sys

import shop


async def main():
    try:
        shop.fail()
    except ZeroDivisionError:
        sys.exit("no such order")


asyncio.run(main())
