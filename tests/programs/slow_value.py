"""A value takes its time, within the deadline."""

import time


class Slow:
    def __getstate__(self):
        time.sleep(1.7)
        return {"done": True}


def wait(value):
    raise ValueError("slow")


wait(Slow())
