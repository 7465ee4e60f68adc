# a callback of a Tornado loop fails
# needs: tornado
# env: TIBIDI_LOGGING=ERROR
import asyncio

import tornado.ioloop

import shop


async def main():
    tornado.ioloop.IOLoop.current().add_callback(shop.fail)
    await asyncio.sleep(0.05)
    print("goes on")


asyncio.run(main())
