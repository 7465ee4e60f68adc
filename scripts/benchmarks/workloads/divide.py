"""The smallest crash."""

import os
import sys

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])


def divide(x, y):
    return x / y


print(divide(int(sys.argv[1]), int(sys.argv[2])))
