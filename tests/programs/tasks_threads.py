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
    events = [threading.Event(), threading.Event()]
    for number, event in enumerate(events):
        threading.Thread(target=wait, args=(event, number), name=f"waiter-{number}", daemon=True).start()
    while not all(event._cond._waiters for event in events):
        time.sleep(0.01)
    time.sleep(0.1)
    raise ValueError("in the main thread")


crash()
