"""Pickle the same values as a dump or with cloudpickle alone, and print the peak of memory: big_peak.py OURS|PLAIN."""

import resource
import sys


class Thing:
    def __init__(self, n):
        self.n = n
        self.name = f"thing {n}"


def crash():
    things = [Thing(n) for n in range(300_000)]
    data = bytes(64 << 20)
    raise ValueError(len(data))


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


try:
    crash()
except ValueError as error:
    frame = dict(error.__traceback__.tb_next.tb_frame.f_locals)
    if sys.argv[1] == "ours":
        import tibidi

        tibidi.dump_exception(error, "peak.pkl")
    else:
        import cloudpickle

        with open("peak.pkl", "wb") as file:
            cloudpickle.dump(frame, file)
print(peak())
