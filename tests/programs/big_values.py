"""Crash with far more data than a dump may hold: python big_values.py MEGABYTES."""

import os
import sys


def crash(megabytes):
    noise = os.urandom(1 << 20) * megabytes
    numbers = list(range(15_000 * megabytes))
    floats = [n * 0.1 for n in range(5_000 * megabytes)]
    holder = {"noise": noise, "name": "holder"}
    small = {"a": [1, 2]}
    try:
        import numpy

        array = numpy.random.default_rng(0).random(80_000 * megabytes)
    except ImportError:
        pass
    try:
        import pandas

        table = pandas.DataFrame({"n": numpy.arange(5_000 * megabytes), "x": array[: 5_000 * megabytes]})
    except ImportError:
        pass
    return small["missing"]


def outer():
    also_small = "still here"
    return crash(int(sys.argv[1]))


outer()
