"""A recursion without end, stopped at 1,000 frames."""

import os
import sys

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])


def down(level, trail):
    here = {"level": level}
    return down(level + 1, [here, level]) + len(trail)


sys.setrecursionlimit(1000)
down(0, [])
