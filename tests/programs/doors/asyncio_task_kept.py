# a task fails that a global object keeps, and nobody has awaited it when the program ends
# compare: status stdout
import asyncio

import shop


class App:
    async def run(self):
        self.worker = asyncio.create_task(self.work_on())
        self.good = asyncio.create_task(self.wait_for(asyncio.create_task(self.work_on())))
        await asyncio.sleep(0.1)

    async def work_on(self):
        shop.fail()

    async def wait_for(self, task):
        await asyncio.wait([task])
        print(repr(task.exception()))


app = App()
asyncio.run(app.run())
