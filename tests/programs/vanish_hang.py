"""Hang in the way that the argument names, or only seem to."""

import asyncio
import ctypes
import os
import queue
import subprocess
import sys
import threading
import time


class Store:
    def __init__(self):
        self.orders = threading.RLock()
        self.stock = threading.RLock()


def deadlock(store):
    def book():
        with store.stock:
            both.wait()
            with store.orders:
                print("never")

    both = threading.Barrier(2)
    threading.Thread(target=book, name="booking", daemon=True).start()
    with store.orders:
        both.wait()
        with store.stock:
            print("never")


def condition(store):
    both, changed = threading.Barrier(2), threading.Condition()

    def book():
        with changed:
            both.wait()
            time.sleep(60)

    threading.Thread(target=book, name="booking", daemon=True).start()
    threading.Thread(target=threading.Event().wait, name="idle", daemon=True).start()
    both.wait()
    with changed:
        print("never")


def join_deadlocked(store):
    def book():
        store.stock.acquire()
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

    thread = threading.Thread(target=book, name="booking", daemon=True)
    thread.start()
    thread.join()


def join_cycle(store):
    thread = threading.Thread(target=threading.main_thread().join, name="booking", daemon=True)
    thread.start()
    thread.join()


def blocked_loop(store):
    async def main():
        await asyncio.sleep(0)
        number = 0
        while True:
            number += 1

    asyncio.run(main())


def sleeping_loop(store):
    async def main():
        await asyncio.sleep(0.01)
        time.sleep(60)

    asyncio.run(main())


def gil(store):
    ctypes.PyDLL(None).sleep(3)


def gil_for_ever(store):
    ctypes.PyDLL(None).sleep(60)


def idle_loop(store):
    asyncio.run(asyncio.sleep(3))


def busy_loop(store):
    async def main():
        end = time.monotonic() + 3
        while time.monotonic() < end:
            await asyncio.sleep(0)

    asyncio.run(main())


def sleep(store):
    for _ in range(2):
        time.sleep(1.5)


def compute(store):
    end = time.monotonic() + 3
    while time.monotonic() < end:
        sum(range(100))


def wait(store):
    jobs = queue.Queue()
    worker = threading.Thread(target=lambda: jobs.put(time.sleep(3)))
    worker.start()
    jobs.get()


def turns(store):
    # the main thread waits for a lock at the same instruction all the time, but it gets it again and again
    lock = threading.Lock()
    end = time.monotonic() + 3

    def release():
        while time.monotonic() < end:
            time.sleep(0.02)
            if lock.locked():
                lock.release()

    threading.Thread(target=release).start()
    while time.monotonic() < end - 0.5:
        lock.acquire()


def stopped(store):
    stop = f"kill -STOP {os.getpid()}; sleep 2.5; kill -CONT {os.getpid()}"
    subprocess.Popen(["sh", "-c", f"sleep 0.3; {stop}"])
    for _ in range(100):
        time.sleep(0.01)


def subinterpreter(store):
    try:
        interpreters = __import__("_interpreters")
    except ImportError:
        interpreters = __import__("_xxsubinterpreters")
    other = interpreters.create()
    worker = threading.Thread(target=interpreters.run_string, args=(other, "import time; time.sleep(3)"))
    worker.start()
    worker.join()
    interpreters.destroy(other)


def starved(store):
    # the processor is taken away again and again, as on a machine with too many processes
    step = f"kill -STOP {os.getpid()}; sleep 0.9; kill -CONT {os.getpid()}; sleep 0.001"
    stops = subprocess.Popen(["sh", "-c", f"sleep 0.3; {'; '.join([step] * 6)}"])
    while stops.poll() is None:
        time.sleep(0.01)


def simple_queue(store):
    jobs = queue.SimpleQueue()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            jobs.get(timeout=1)
        except queue.Empty:
            continue


def fork(store):
    time.sleep(0.5)
    if os.fork():
        os.wait()
        print("ended")
    else:
        time.sleep(0.5)


def join(store):
    worker = threading.Thread(target=compute, args=(store,))
    worker.start()
    worker.join()


globals()[sys.argv[1]](Store())
