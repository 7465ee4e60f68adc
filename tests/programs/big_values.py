"""Crash with far more data at hand than a dump may hold."""

import os


def crash():
    noise = os.urandom(1 << 20) * 200
    numbers = list(range(3_000_000))
    floats = [n * 0.1 for n in range(1_000_000)]
    holder = {"noise": noise, "name": "holder"}
    small = {"a": [1, 2]}
    try:
        import numpy

        array = numpy.random.default_rng(0).random(16 << 20)
    except ImportError:
        pass
    try:
        import pandas

        table = pandas.DataFrame({"n": numpy.arange(1_000_000), "x": array[:1_000_000]})
    except ImportError:
        pass
    return small["missing"]


def outer():
    also_small = "still here"
    return crash()


outer()
