"""A crash with many frames, chained exceptions, threads, tasks or small strings."""

import asyncio
import io
import sys
import threading


def frames(count):
    sys.setrecursionlimit(count + 1_000)
    down(count)


def down(level):
    return 1 / level if level == 0 else down(level - 1)


def chain(count):
    last = None
    for number in range(count):
        try:
            raise ValueError(number) from last  # noqa: TRY301
        except ValueError as error:
            last = error
    raise KeyError(count) from last


def threads(count):
    end = threading.Event()
    for _ in range(count):
        threading.Thread(target=wait, args=(end,), daemon=True).start()
    return 1 / 0


def wait(end):
    end.wait()


def tasks(count):
    asyncio.run(crash_among(count))


async def crash_among(count):
    waiting = [asyncio.ensure_future(asyncio.sleep(3_600)) for _ in range(count)]
    await asyncio.sleep(0)
    return 1 / (len(waiting) - count)


def strings(count):
    words = [f"value {number} of the text" for number in range(count)]
    return words[count]


sys.stderr = io.StringIO()  # the traceback of a long chain is not what is measured
globals()[sys.argv[1]](int(sys.argv[2]))
