"""Run out of memory for real, and crash of it with little left."""

import resource


class Thing:
    def __init__(self, n):
        self.n = n
        self.name = f"thing {n}"


def crash(small):
    things = [Thing(n) for n in range(200_000)]
    blocks = []
    while True:
        blocks.append(bytearray(1 << 20))


def outer():
    outer_small = {"a": [1, 2]}
    crash(outer_small)


resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))
outer()
