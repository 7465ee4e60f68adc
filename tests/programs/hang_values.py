"""Crash with a value at hand that hangs when it is pickled: hang_values.py HOW WHERE."""

import _thread
import sys
import threading
import time

LOCK = threading.Lock()


class Sleeping:
    def __getstate__(self):
        time.sleep(120)
        return {}


class Looping:
    def __reduce_ex__(self, protocol):
        while True:
            pass


class Locked:
    def __getstate__(self):
        with LOCK:
            return {}


KINDS = {"sleep": Sleeping, "loop": Looping, "lock": Locked}


def hold():
    LOCK.acquire()
    time.sleep(300)


def refuse(*args, **kwargs):
    raise RuntimeError("can't create new thread at interpreter shutdown")


def work(how):
    before = [1, 2, 3]
    value = {"good": before, "bad": KINDS[how]()}
    after = before
    return before / after


def main():
    how, where = sys.argv[1:]
    threading.Thread(target=hold, daemon=True).start()
    if where == "main":
        work(how)
    elif where == "thread":
        thread = threading.Thread(target=work, args=(how,))
        thread.start()
        thread.join()
    elif where == "exit":
        import atexit

        atexit.register(work, how)
    elif where == "threadless":
        _thread.start_new_thread = refuse
        work(how)


main()
