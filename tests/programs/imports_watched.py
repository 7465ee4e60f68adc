"""Six threads crash while others import, read patched functions and look at `sys.modules` all the time.

argv[1] is the name of a module beside the script that shadows one of the
standard library.  Prints how often something was wrong, of how many reads.
"""

import builtins
import importlib
import os
import sys
import threading
import time

name = sys.argv[1]
shadowing = importlib.import_module(name)
shadowing.bookings.append("Monday")
sleep, real_time = time.sleep, time.time


def frozen_time():
    return 42.0


def patched_exists(path):
    return path == "patched"


time.time = frozen_time
os.path.exists = patched_exists
ended = threading.Event()
counts = {"reads": 0, "wrong": 0}


def watch():
    while not ended.is_set():
        module = importlib.import_module(name)
        for is_right in (
            sys.modules.get(name) is shadowing,
            module is shadowing,
            module.bookings == ["Monday"],
            time.time() == 42.0,
            os.path.exists("patched"),
            builtins.executions == 1,
        ):
            counts["reads"] += 1
            counts["wrong"] += not is_right
        sleep(0.001)


def crash(number):
    number / 0


watchers = [threading.Thread(target=watch) for _ in range(3)]
crashing = [threading.Thread(target=crash, args=(number,)) for number in range(6)]
for thread in watchers:
    thread.start()
for thread in crashing:
    thread.start()
    sleep(0.1)
for thread in crashing:
    thread.join()
end = real_time() + 3
while counts["reads"] < 10_000 and real_time() < end:
    sleep(0.01)
ended.set()
for thread in watchers:
    thread.join()
print(counts["wrong"], "wrong of", counts["reads"], "executions", builtins.executions)
