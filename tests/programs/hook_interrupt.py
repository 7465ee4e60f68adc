"""Crash with values that take long to dump; a signal comes meanwhile, whose handler raises what the argument says."""

import os
import signal
import sys
import time


class Slow:
    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        if self.number == 20:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.02)
        return Slow, (self.number,)


def handle(number, frame):
    raise {"exit": SystemExit(3), "interrupt": KeyboardInterrupt(), "timeout": TimeoutError("too long")}[sys.argv[1]]


def crash():
    quick = {"id": 5}
    slow = [Slow(number) for number in range(1_000)]
    return quick["nope"]


signal.signal(signal.SIGTERM, handle)
crash()
