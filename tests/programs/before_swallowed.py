"""Swallow exceptions in several ways before a crash: python before_swallowed.py."""

import contextlib
import gc
import types
import weakref


class Shortage(Exception):
    """An exception of the application, whose code must not run."""

    def __str__(self):
        raise AssertionError("never called")

    __repr__ = __str__


class Thing:
    """A local variable, and an argument."""


def raising(exc):
    raise exc


def passed_on(exc):
    """Raise an exception through whatever raises it again."""
    try:
        with contextlib.nullcontext(), contextlib.suppress(KeyError):
            try:
                raising(exc)
            except (KeyError, ImportError):
                pass
            finally:
                len("cleanup")
    except TypeError:
        raise


def caught(exc):
    try:
        passed_on(exc)
    except Exception:
        return None


def nothing_is_alive():
    """Check that exceptions, their arguments, classes and frames, and the code, are not kept alive."""
    thing, kind = Thing(), types.new_class("Passing", (Exception,))
    namespace = {"thing": thing, "Passing": kind}
    code = "def run(local):\n    try:\n        raise Passing(local, 5)\n    except Passing as error:\n        return error\n"
    exec(compile(code, "made.py", "exec"), namespace)
    error = namespace["run"](thing)
    references = [weakref.ref(each) for each in (thing, kind, error, namespace["run"].__code__)]
    del thing, kind, error, namespace
    gc.collect()
    assert [None] * 4 == [reference() for reference in references], references


for number in range(3):
    caught(Shortage("apples", number, Thing()))
caught(TypeError("raised again"))
with contextlib.suppress(ValueError):
    int("x")
assert "done" == next(iter(()), "done")
nothing_is_alive()
caught(RuntimeError("password=mellon-9Zq"))
text = None
text.strip()
