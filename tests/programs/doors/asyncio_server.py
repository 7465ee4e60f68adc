# a connection handler of asyncio.start_server() fails
import asyncio

import shop


async def serve(reader, writer):
    try:
        shop.fail()
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    print(await reader.read())
    writer.close()
    await asyncio.sleep(0.05)


asyncio.run(main())
