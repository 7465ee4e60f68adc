"""Replace `cloudpickle.dumps` and `pickle.loads` by writing and reading the values of a dump, in this process.

SUITES_MODE is "plain" (cloudpickle itself), "live" or "inert".  As a plugin of
pytest it appends the outcome of each test to the file SUITES_REPORT.
"""

from __future__ import annotations

import io
import json
import os
import pickle

import cloudpickle

MODE = os.environ.get("SUITES_MODE", "plain")
MAGIC = b"PK\x03\x04"
PATH = "exceptions[0].frames[0].locals"

plain_dumps, plain_loads, plain_load = cloudpickle.dumps, pickle.loads, pickle.load


def dumps(thing, protocol=None, buffer_callback=None):
    """Return a dump with one variable."""
    if MODE == "plain":
        return plain_dumps(thing, protocol, buffer_callback)
    from round_trips import RoundTrip

    file, _ = RoundTrip().write({"value": thing})
    return file.getvalue()


def loads(data, *args, **kwargs):
    """Return the variable of a dump; anything else is a pickle."""
    if bytes(data[:4]) != MAGIC:
        return plain_loads(data, *args, **kwargs)
    from round_trips import RoundTrip

    from tibidi.reading.inert import fuse
    from tibidi.reading.unpickler import ValuesReader

    fuse.Fuse = NoFuse  # a process that tries each of thousands of values first would take hours
    reader = ValuesReader(live=MODE == "live", sources={})
    return RoundTrip().read(io.BytesIO(data), reader)[PATH]["value"]


class NoFuse:
    """Stands for the process that tries values: these are not hostile."""

    def tried(self, file, *_):
        """Return the content of the file."""
        return file.read()

    def end(self):
        """End no process."""


def dump(thing, file, protocol=None, buffer_callback=None):
    """Write a dump with one variable to a file."""
    file.write(dumps(thing, protocol, buffer_callback))


def load(file, *args, **kwargs):
    """Return the variable of a dump in a file."""
    start = file.read(4)
    file.seek(-len(start), 1)
    return loads(file.read()) if start == MAGIC else plain_load(file, *args, **kwargs)


def install() -> None:
    """Replace the functions."""
    if MODE != "plain":
        for module in (cloudpickle, cloudpickle.cloudpickle):
            module.dumps, module.dump = dumps, dump
            module.loads, module.load = loads, load
        pickle.loads, pickle.load = loads, load
        if loads(dumps([1])) != [1]:  # else every test would differ, with some reason
            raise RuntimeError("a list does not come back")


def pytest_runtest_logreport(report):
    """Note the outcome of a test: its call, or a failed setup. At once, as the interpreter may crash."""
    if report.when != "call" and report.outcome == "passed":
        return
    text = "" if report.outcome == "passed" or hasattr(report, "wasxfail") else report.longreprtext[-400:]
    with open(os.environ["SUITES_REPORT"], "a", encoding="utf-8") as file:
        file.write(json.dumps([report.nodeid.partition("::")[2], f"{report.outcome}: {text}"]) + "\n")
