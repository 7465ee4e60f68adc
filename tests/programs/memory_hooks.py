"""After a crash through the hook that is named on the command line, print which of its values are still alive.

There is no garbage collection.  The second argument says what the values do.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import weakref
from concurrent.futures import ProcessPoolExecutor

import tibidi

HANG_SECONDS = 1.0
KIND = sys.argv[2]
references: list[weakref.ref[Value]] = []


class Value:
    """A value in a crashed frame."""

    def __reduce__(self):
        """Fail or hang if that is asked for."""
        if KIND == "fails":
            raise ValueError("no")
        if KIND == "hangs":
            time.sleep(HANG_SECONDS)
        if KIND == "interrupts":
            os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(HANG_SECONDS)
        return Value, ()


class SpecialError(Exception):
    """An exception whose message is made by the application."""

    def __str__(self):
        raise ValueError("no message")


class Finalized:
    """An object whose finalizer fails."""

    def __del__(self):
        """Fail."""
        fail()


def fail() -> None:
    """Crash with several values: a variable, a secret, and what the exception refers to."""
    value, password = Value(), [Value()]
    handler = lambda: value  # noqa: E731, F841 - a variable of the crashed frame
    argument, attribute = Value(), Value()
    references.extend(map(weakref.ref, (value, password[0], argument, attribute)))
    error = SpecialError(argument) if KIND == "fails" else ValueError(argument)
    error.attribute = attribute
    try:
        raise error
    finally:
        del error


def explicit() -> None:
    """Dump in an except block."""
    try:
        fail()
    except ValueError as error:
        tibidi.dump_exception(error, "explicit.pkl")
    except SpecialError as error:
        tibidi.dump_exception(error, "explicit.pkl")


def in_thread() -> None:
    """Crash a thread."""
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_finalizer() -> None:
    """Fail where nobody can catch it."""
    finalized = Finalized()
    del finalized


def in_task() -> None:
    """Fail in a task that nobody waits for."""

    async def failing() -> None:
        fail()

    async def main() -> None:
        task = asyncio.ensure_future(failing())
        await asyncio.sleep(0)
        del task
        await asyncio.sleep(0)

    asyncio.run(main())


def logged() -> None:
    """Log an exception."""
    try:
        fail()
    except (ValueError, SpecialError):
        logging.exception("it failed")


def in_pool() -> None:
    """Fail in a worker of a pool, which reports afterwards."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        with contextlib.suppress(ValueError, SpecialError):
            pool.submit(fail).result()
        pool.submit(report).result()


class Reporting:
    """A stdout that reports when it is flushed: the last that a child does after its crash."""

    def flush(self) -> None:
        """Report."""
        sys.stdout = sys.__stdout__
        report()


def child() -> None:
    """Crash a child."""
    sys.stdout = Reporting()
    fail()


def in_child() -> None:
    """Crash a child, which reports before it ends."""
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()


def at_end() -> None:
    """Crash the main thread, and report at the exit."""

    def forget_and_report() -> None:
        for name in ("last_exc", "last_value", "last_traceback"):
            vars(sys).pop(name, None)
        report()

    atexit.register(forget_and_report)
    fail()


def report() -> None:
    """Print what is alive."""
    if KIND in {"hangs", "interrupts"}:
        time.sleep(1.5 * HANG_SECONDS)  # an abandoned worker ends when its call returns
    alive = [number for number, reference in enumerate(references) if reference() is not None]
    os.write(1, f"{len(references)} values, alive: {alive}\n".encode())


def interrupt(*_: object) -> None:
    """Handle a signal: ask the thread to stop."""
    raise LookupError("asked to stop")


signal.signal(signal.SIGUSR1, interrupt)
gc.disable()
try:
    globals()[sys.argv[1]]()
except LookupError:
    print("interrupted", flush=True)
if sys.argv[1] not in {"in_pool", "in_child"}:
    report()
