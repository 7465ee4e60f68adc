"""A coroutine that awaits another one."""
import asyncio


class Client:
    def __init__(self, hosts):
        self.hosts = hosts

    async def fetch(self, name):
        await asyncio.sleep(0)
        return self.hosts[name].upper()


async def main():
    client = Client({"a": "alpha", "b": None})
    print(await asyncio.gather(client.fetch("b")))


if __name__ == "__main__":
    asyncio.run(main())
