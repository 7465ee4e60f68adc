"""An atexit callback ends in an exception."""

import atexit


def clean_up(path):
    lock = path + ".lock"
    raise RuntimeError(f"cannot remove {lock}")


atexit.register(clean_up, "data")
print("main goes on")
