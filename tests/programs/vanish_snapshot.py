"""Snapshots from the main thread, another thread and a coroutine; prints their paths, and what the program computes."""

import asyncio
import sys
import threading

import tibidi


def helper(number):
    mine = number * 2
    print(tibidi.snapshot(sys.argv[1] + "/thread.pkl"))
    return mine


async def child(order):
    await asyncio.sleep(60)


async def main():
    orders = {"A-17": 3}
    task = asyncio.create_task(child(orders), name="billing")
    await asyncio.sleep(0)
    print(tibidi.snapshot(sys.argv[1] + "/loop.pkl"))
    task.cancel()


def run(customer):
    print(tibidi.snapshot())
    thread = threading.Thread(target=helper, args=(21,), name="helper")
    thread.start()
    thread.join()
    asyncio.run(main())


run("ada")
print("went on")
