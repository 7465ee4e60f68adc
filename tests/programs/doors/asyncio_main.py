# asyncio.run() raises
import asyncio

import shop


async def main():
    shop.fail()


asyncio.run(main())
