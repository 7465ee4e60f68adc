"""A crash whose values take more than a second to write: time enough to kill the process."""

import os
import time


class Slow:
    def __init__(self, number):
        self.number = number
        self.ballast = os.urandom(2000)

    def __getstate__(self):
        time.sleep(0.01)
        return self.__dict__.copy()


def step(depth):
    name = f"frame {depth}"
    things = [Slow(number) for number in range(10)]
    if depth == 0:
        raise RuntimeError(f"killed while {name} was written, with {len(things)} things")
    step(depth - 1)


step(9)
