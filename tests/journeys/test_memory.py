"""After a dump no object of the application is alive that was not alive before, even without garbage collection."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crashing import Crasher

pytestmark = pytest.mark.ends

HOOKS = ("explicit", "in_thread", "in_finalizer", "in_task", "logged", "in_pool", "in_child", "at_end")
HANGING = ("explicit", "in_thread")


@pytest.mark.parametrize("kind", ["plain", "fails"])
@pytest.mark.parametrize("hook", HOOKS)
def test_nothing_is_kept(crash: Crasher, hook: str, kind: str) -> None:
    """A hook keeps no variable, secret, argument or attribute of an exception alive, whether it is pickled or not."""
    crashed = crash("memory_hooks.py", hook, kind, env={"TIBIDI_LOGGING": "ERROR"})

    kept = [2, 3] if hook == "in_pool" else []  # the worker itself keeps an exception until the next one
    assert f"4 values, alive: {kept}\n" == crashed.stdout, crashed.stderr
    assert crashed.dumps or hook == "explicit"


@pytest.mark.parametrize("hook", HANGING)
def test_nothing_is_kept_after_a_hang(crash: Crasher, hook: str) -> None:
    """A value that hangs is kept alive only by its own call: nothing is alive once that has returned."""
    crashed = crash("memory_hooks.py", hook, "hangs")

    assert "4 values, alive: []\n" == crashed.stdout, crashed.stderr


@pytest.mark.parametrize("hook", ["explicit", "logged"])
def test_nothing_is_kept_after_an_interrupt(crash: Crasher, hook: str) -> None:
    """The exception of a signal handler, which the application gets after the dump, keeps no value alive."""
    crashed = crash("memory_hooks.py", hook, "interrupts", env={"TIBIDI_LOGGING": "ERROR"})

    assert "interrupted\n4 values, alive: []\n" == crashed.stdout, crashed.stderr


LOCALS = """
    import sys, threading, tibidi

    def dump():
        try:
            1 / 0
        except ZeroDivisionError as error:
            tibidi.dump_exception(error, "locals.pkl")

    def ask():
        first = 1
        known = locals()
        dump()
        print(known["first"], locals()["first"])

    def extend():
        locals()["extra"] = 2
        before = "extra" in locals()
        dump()
        print(before == ("extra" in locals()))

    def trace(frame, event, argument):
        if frame.f_code.co_name == "traced" and event == "line":
            sys.settrace(None)
            dump()
        return trace

    def traced(parameter):
        variable = 3
        print(parameter, variable)

    class Value:
        def __del__(self):
            print("finalized")

    def wait():
        value = Value()
        at_work.set()
        go.wait()
        del value
        print("deleted")

    ask()
    extend()
    sys.settrace(trace)
    traced(4)
    sys.settrace(None)
    at_work, go = threading.Event(), threading.Event()
    thread = threading.Thread(target=wait)
    thread.start()
    at_work.wait()
    dump()
    go.set()
    thread.join()
"""


def test_variables_of_running_functions(crash: Crasher) -> None:
    """A dump changes neither variables nor `locals()`, and leaves no reference to a variable in a running function."""
    crashed = crash.run("-c", textwrap.dedent(LOCALS))

    assert ["1 1", "True", "4 3", "finalized", "deleted"] == crashed.stdout.splitlines(), crashed.stderr


GROWTH = """
    import logging, tibidi

    class Value:
        def __reduce__(self):
            raise ValueError("no")

    def fail():
        value, text, numbers = Value(), "text" * 100, list(range(1000))
        undefined

    def dump(number):
        try:
            fail()
        except NameError as error:
            tibidi.dump_exception(error, "growth.pkl")

    def log(number):
        code = compile("import growth; growth.fail()", f"program{number}.py", "exec")  # each has a quota of its own
        try:
            exec(code, {})
        except NameError:
            logging.exception("it failed")
"""


@pytest.mark.parametrize("way", ["dump", "log"])
def test_growth(crash: Crasher, way: str) -> None:
    """Without garbage collection, a dump leaves less than 1 kB, and one with a quota of its own less than 4 kB.

    Of the memory of the process, which depends on how threads take turns, is only asked that it stays near that.
    """
    (crash.work / "growth.py").write_text(textwrap.dedent(GROWTH), encoding="utf-8")
    code = f"""
        import gc, resource, tracemalloc, growth
        gc.disable()
        for number in range(61):
            if number == 10:
                tracemalloc.start()
            growth.{way}(number)
            if number == 20:
                taken, before = tracemalloc.get_traced_memory()[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(tracemalloc.get_traced_memory()[0] - taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_LOGGING": "ERROR", "PYTHONPATH": str(crash.work)})

    kept, grown = map(int, crashed.stdout.split())

    assert kept < 40 * {"dump": 1_000, "log": 4_000}[way]
    assert grown < 5_000


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss, and glibc")
def test_the_reserve_is_not_touched(crash: Crasher) -> None:
    """The memory that a dump puts aside takes none of the machine, also where the heap of a thread has as much free."""
    code = """
        import resource, threading
        from tibidi.writing.stream import reserve
        def work():
            for _ in range(3):
                freed = bytearray(5 << 20)  # from now on, glibc takes as much from the heap (mallopt, M_MMAP_THRESHOLD)
                del freed
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            kept = [reserve() for _ in range(20)]
            print(len(kept[-1]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """
    reserves, grown = map(int, crash.run("-c", textwrap.dedent(code)).stdout.split())

    assert 1 == reserves
    assert grown < 1000


def test_no_text_is_kept(crash: Crasher) -> None:
    """No name and no word of a command that a dump has looked at is alive because of it."""
    code = """
import sys, tibidi
name, word = "".join(["customer ", "key"]), "".join(["--pass", "word"])
def dumped():
    values, command = {name: "Kn2-vfQ9xT"}, f"mysql {word} Kn2-vfQ9xT -p other"
    words = command.split()
    try:
        1 / 0
    except ZeroDivisionError as error:
        tibidi.dump_exception(error)
before = sys.getrefcount(name), sys.getrefcount(word)
dumped()
ours = [vars(module).values() for key, module in [*sys.modules.items()] if key.startswith("tibidi.")]
found = [each for values in ours for each in values if hasattr(each, "cache_info") and type(each) is not type]
caches = [each for each in found if each.cache_info().currsize]
print(before == (sys.getrefcount(name), sys.getrefcount(word)), caches)
"""
    crashed = crash.run("-c", code)

    assert "True []\n" == crashed.stdout
    assert 1 == len(crashed.dumps)
