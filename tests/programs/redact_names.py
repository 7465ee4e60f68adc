"""Crash with secrets in what has no variable's name: those of threads and tasks, and what errors say of their own."""

import asyncio
import threading
import time


class Unpicklable:
    def __reduce__(self):
        raise RuntimeError("cannot reach " + "postgres://bob:" + "reduce-SECRET-1" + "@db.example.org")


async def wait_for(task):
    await task


async def serve():
    polling = asyncio.get_running_loop().create_task(asyncio.sleep(60), name="poll " + "sk_live_" + "taskSECRET1")
    await wait_for(polling)


threading.Thread(target=lambda: asyncio.run(serve()), daemon=True, name="upload " + "sk_live_" + "threadSECRET1").start()
time.sleep(0.3)
unpicklable = Unpicklable()
template = "password='" + "template-SECRET-1" + "' +"
message = "bad template, token=" + "message-SECRET-1"
raise SyntaxError(message, ("<template>", 1, 5, template))
