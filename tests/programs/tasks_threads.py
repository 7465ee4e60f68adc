"""Crash while other threads work and wait."""

import _thread
import threading
import time


def wait(event, number):
    label = f"waiter {number}"
    event.wait()


def work():
    total = 0
    while True:
        total += 1


def bare(lock):
    secret_of_the_bare = "plain"
    lock.acquire()


def crash():
    lock = _thread.allocate_lock()
    lock.acquire()
    _thread.start_new_thread(bare, (lock,))
    threading.Thread(target=work, name="worker", daemon=True).start()
    for number in range(2):
        threading.Thread(target=wait, args=(threading.Event(), number), name=f"waiter-{number}", daemon=True).start()
    time.sleep(0.1)
    raise ValueError("in the main thread")


crash()
