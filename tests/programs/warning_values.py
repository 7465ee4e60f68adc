"""Crash with values at hand that warn when they are pickled: warning_values.py; goes on, and prints what it then warns.

Another thread warns all the time.
"""

import sys
import threading
import time
import warnings

import tibidi

shown = []


class Reducing:
    def __reduce__(self):
        warnings.warn("from reduce", UserWarning, stacklevel=1)
        warnings.warn("by the caller of reduce", UserWarning, stacklevel=2)
        return Reducing, ()


class Stated:
    @property
    def old(self):
        warnings.warn("old property", DeprecationWarning, stacklevel=1)
        return 1

    def __getstate__(self):
        return {"old": self.old}


def crash():
    reducing, stated = Reducing(), [Stated(), Stated()]
    return 1 / 0


def warn_elsewhere():
    while not is_over.is_set():
        with_number = f"elsewhere {len(shown)}"
        shown.append(with_number)
        warnings.warn(with_number, RuntimeWarning, stacklevel=1)
        time.sleep(0.001)


def state():
    return list(warnings.filters), warnings.showwarning, warnings._showwarnmsg, warnings.formatwarning


is_over = threading.Event()
before = state()
thread = threading.Thread(target=warn_elsewhere)
thread.start()
while len(shown) < 40:
    time.sleep(0.001)
try:
    crash()
except ZeroDivisionError as error:
    tibidi.dump_exception(error)
is_over.set()
thread.join()
mine = sorted(key[0] for key in __warningregistry__ if type(key) is tuple and "elsewhere" not in key[0])
print(before == state(), len(shown), mine)
sys.stderr.write("afterwards\n")
Reducing().__reduce__()
