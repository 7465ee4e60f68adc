# a callback of an asyncio loop fails
import asyncio

import shop


async def main():
    asyncio.get_running_loop().call_soon(shop.fail)
    await asyncio.sleep(0.01)
    print("goes on")


asyncio.run(main())
