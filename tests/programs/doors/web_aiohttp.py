# a handler of aiohttp fails
# needs: aiohttp
# env: TIBIDI_LOGGING=ERROR
import asyncio

from aiohttp import ClientSession
from aiohttp import web

import shop


async def fail(request):
    shop.fail()


async def main():
    app = web.Application()
    app.router.add_get("/", fail)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    async with ClientSession() as session, session.get(f"http://{host}:{port}/") as answer:
        print(answer.status)
    await runner.cleanup()


asyncio.run(main())
