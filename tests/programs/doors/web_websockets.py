# a handler of websockets fails
# needs: websockets
# env: TIBIDI_LOGGING=ERROR
import asyncio

import websockets

import shop


async def handle(connection):
    shop.fail()


async def main():
    async with websockets.serve(handle, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with websockets.connect(f"ws://{host}:{port}") as client:
            await client.wait_closed()
            print(client.close_code)


asyncio.run(main())
