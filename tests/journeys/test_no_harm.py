"""Whatever an application does, tibidi does not make it worse."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crashing import Crash, Crasher

LINE = re.compile(r"Traceback dumped into: .*\n")
ADDRESS = re.compile(r"0x[0-9a-f]+|refcount : \d+")


def compare(crash: Crasher, code: str, *flags: str, env: Mapping[str, str | None] | None = None) -> Crash:
    """Run a program with and without tibidi, assert that only our line differs; return how it ended with tibidi."""
    text = textwrap.dedent(code)
    without = crash.run(*flags, "-c", text, env={**(env or {}), "TIBIDI_ENABLE": None})
    ours = crash.run(*flags, "-c", text, env=env)

    assert without.status == ours.status
    assert without.stdout == ours.stdout
    assert ADDRESS.sub("", without.stderr) == ADDRESS.sub("", LINE.sub("", ours.stderr))
    return ours


def test_previous_hook_runs_first(crash: Crasher) -> None:
    """A hook that the application puts over ours decides; the one that ours replaced runs first."""
    code = """
        import sys
        ours = sys.excepthook
        def their_hook(*args):
            print("theirs", file=sys.stderr)
            ours(*args)
        sys.excepthook = their_hook
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert ["theirs", "Traceback (most recent call last):"] == crashed.stderr.splitlines()[:2]
    assert 1 == len(crashed.dumps)


def test_readers_that_were_not_opened(crash: Crasher) -> None:
    """A getter of a reader of pyarrow that has no file would end the process."""
    pytest.importorskip("pyarrow")
    code = """
        import io, pyarrow.parquet
        data = io.BytesIO(b"no table" * 20)
        pyarrow.parquet.ParquetFile(data)
    """
    frame = tibidi.load(compare(crash, code).dump, trust=False).exceptions[-1][1]

    assert "<Dummy pyarrow._parquet.ParquetReader: " in repr(vars(frame["self"])["reader"])


def test_arrays_in_a_file_that_was_truncated(crash: Crasher) -> None:
    """What is beyond the end of the file is not read, which would end the process."""
    pytest.importorskip("numpy")
    code = """
        import mmap, numpy, os, tempfile
        with tempfile.TemporaryFile() as file:
            file.write(bytes(99_999))
            file.flush()
            bytes_of_file = numpy.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), "u1")
            square = bytes_of_file[:10000].reshape(100, 100)
            texts = bytes_of_file[:10].view("S1")
            file.truncate(0)
        1 / 0
    """
    dump = tibidi.load(compare(crash, code).dump, trust=False)

    assert "shorter than the map" in repr(dump.exceptions[-1][-1]["square"])
    assert "<ndarray shape (99999,), uint8>" == dump.summary.exceptions[-1].frames[-1].locals["bytes_of_file"].preview


def test_pointers_to_nothing(crash: Crasher) -> None:
    """The memory that a pointer of ctypes refers to is not read."""
    code = """
        import ctypes
        text, number = ctypes.c_char_p(16), ctypes.cast(16, ctypes.POINTER(ctypes.c_int))
        class Row(ctypes.Structure):
            _fields_ = [("name", ctypes.c_char_p), ("number", ctypes.c_int)]
        row, names = Row(None, 5), (ctypes.c_char_p * 1)()
        for each in (row, names):
            ctypes.memmove(ctypes.byref(each), (ctypes.c_size_t * 1)(16), ctypes.sizeof(ctypes.c_size_t))
        1 / 0
    """
    frame = tibidi.load(compare(crash, code).dump, trust=False).exceptions[-1][-1]

    assert "<Dummy ctypes.c_char_p: it cannot leave its process>" == repr(frame["text"])
    assert 5 == frame["row"].number


UNFINISHED = """
    import numpy, threading, time
    class Numbers(numpy.random.PCG64):
        def __init__(self, wait):
            self.seed = 5
            time.sleep(wait)
            1 / 0
"""


@pytest.mark.parametrize(
    "code", ["Numbers(0)", "threading.Thread(target=Numbers, args=[60], daemon=True).start(); time.sleep(0.5); 1 / 0"]
)
def test_objects_that_are_being_made(code: str, crash: Crasher) -> None:
    """An object of a type in C whose `__init__` has not ended is not pickled, which would end the process."""
    pytest.importorskip("numpy")
    dump = tibidi.load(compare(crash, textwrap.dedent(UNFINISHED) + code).dump, trust=False)
    frames = [frame for stack in (*dump.exceptions, *dump.threads) for frame in stack if frame.name == "__init__"]

    assert "<Dummy __main__.Numbers: seed=5 (its __init__ has not ended)>" == repr(frames[0]["self"])
    assert "__main__.Numbers: its __init__ has not ended" in {each.detail for each in dump.omissions}


def test_a_hook_that_fails(crash: Crasher) -> None:
    """A hook of the application that raises is reported as by the interpreter, and the crash is dumped."""
    code = """
        import sys
        def their_hook(kind, exc, tb):
            raise LookupError("their own bug")
        sys.excepthook = their_hook
        {}["original"]
    """
    crashed = compare(crash, code)

    assert "Error in sys.excepthook:" in crashed.stderr
    with Reader(str(crashed.dump)) as reader:
        assert "builtins.KeyError" == reader.summary.exceptions[-1].type


HOSTILE = """
    import dataclasses
    class Meta(type):
        def __getattribute__(cls, name):
            raise RuntimeError(name)
    class Strange(Exception, metaclass=Meta):
        @property
        def __class__(self):
            raise RuntimeError("__class__")
        def __getattribute__(self, name):
            raise RuntimeError(name)
        def __str__(self):
            raise RuntimeError("__str__")
    @dataclasses.dataclass(frozen=True)
    class Frozen(Exception):
        code: int
    def crash(kind):
        if kind == "strange":
            raise Strange("x")
        raise Frozen(5)
"""


@pytest.mark.parametrize("how", ["crash(kind)", "threading.Thread(target=crash, args=(kind,)).start()"])
@pytest.mark.parametrize("kind", ["strange", "frozen"])
def test_hostile_exceptions(crash: Crasher, kind: str, how: str) -> None:
    """An exception whose every attribute raises, or that refuses assignments, is dumped like any other."""
    crashed = compare(crash, f"{HOSTILE}\n    import threading; kind = {kind!r}\n    {how}\n")

    assert 1 == len(crashed.dumps), crashed.stderr


def test_uninstall(crash: Crasher) -> None:
    """`uninstall()` restores every function, and nothing is dumped any more."""
    code = """
        import sys, threading, logging, asyncio, multiprocessing.pool, concurrent.futures.process, tibidi
        from asyncio.base_events import BaseEventLoop
        tibidi.uninstall()
        print(sys.excepthook is sys.__excepthook__, sys.unraisablehook is sys.__unraisablehook__)
        print(threading.excepthook.__module__, BaseEventLoop.call_exception_handler.__module__)
        print(logging.Logger.callHandlers.__module__, multiprocessing.Process._bootstrap.__code__.co_name)
        print([finder for finder in sys.meta_path if "tibidi" in repr(finder)])
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_LOGGING": "ERROR"})

    assert "True True\n_thread asyncio.base_events\nlogging _bootstrap\n[]\n" == crashed.stdout
    assert [] == crashed.dumps


def test_uninstall_below_another_hook(crash: Crasher) -> None:
    """A hook of tibidi that cannot be removed from a chain only calls the one that it replaced."""
    code = """
        import sys, tibidi
        ours = sys.excepthook
        sys.excepthook = lambda *args: ours(*args)
        tibidi.uninstall()
        1 / 0
    """
    crashed = compare(crash, code)

    assert [] == crashed.dumps


def test_interactive_prompt(crash: Crasher) -> None:
    """A statement that fails at a prompt is no crash."""
    typed = crash.run("-i", "-q", stdin="1 / 0\nprint('still here')\n")

    assert (0, "still here\n", []) == (typed.status, typed.stdout, typed.dumps)


def test_console_of_the_application(crash: Crasher) -> None:
    """A console writes tracebacks where it writes everything, and a statement that fails in it is no crash."""
    code = """
        import code, sys
        class Console(code.InteractiveConsole):
            def write(self, data):
                print("to the client:", data)
        console = Console()
        for line in ("1 / 0", "1 = = 1", "raise SystemError('hello')"):
            console.push(line)
        print(sys.last_type.__name__)
        code.interact(banner="", exitmsg="")
    """
    assert [] == compare(crash, code).dumps


def test_prompt_after_a_crash(crash: Crasher) -> None:
    """With -i the crash of the program is one, and a statement that fails after it is none."""
    typed = crash.run("-i", "-q", "-c", "x = 5; x / 0", stdin="{}['typed']\nprint(x)\n")

    assert "5\n" == typed.stdout
    assert 1 == len(typed.dumps)


def test_program_from_stdin(crash: Crasher) -> None:
    """A program without a file is dumped like any other."""
    crashed = crash.run("-", stdin="def f(x):\n    return x / 0\nf(5)\n")

    assert 1 == crashed.status
    assert "-python-" in crashed.dump.name


def test_embedded_main(crash: Crasher) -> None:
    """A missing `__main__` or sys.argv costs nothing."""
    code = "import sys; del sys.argv, sys.modules['__main__']; 1 / 0"

    assert 1 == len(compare(crash, code).dumps)


def test_subinterpreters(crash: Crasher) -> None:
    """A crash in a subinterpreter reaches its caller, as without tibidi."""
    code = """
        import importlib
        for name in ("_interpreters", "_xxsubinterpreters"):
            try:
                module = importlib.import_module(name)
                break
            except ImportError:
                pass
        interpreter = module.create()
        try:
            failure = module.run_string(interpreter, "import sys; print(sys.version_info[0], flush=True); 1 / 0")
        except Exception as error:
            failure = error
        print("ZeroDivisionError" in repr(failure) or "ZeroDivisionError" in str(failure))
        module.destroy(interpreter)
    """
    compare(crash, code)


def test_idle_subinterpreter(crash: Crasher) -> None:
    """A crash while there is a subinterpreter, which the exit of the process ends, has its exit status."""
    code = """
        try:
            import _interpreters as module
        except ImportError:
            import _xxsubinterpreters as module
        interpreter = module.create()
        1 / 0
    """
    crashed = compare(crash, code)

    assert (1, 1) == (crashed.status, len(crashed.dumps))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="interpreters share everything, or have no threads")
@pytest.mark.parametrize("where", ["inside", "outside"])
def test_threads_of_subinterpreters(crash: Crasher, where: str) -> None:
    """A crash in one interpreter is dumped, and does not affect the others."""
    code = f"""
        import importlib, threading, time
        try:
            module = importlib.import_module("_interpreters")
            run = module.exec
        except ImportError:
            module = importlib.import_module("_xxsubinterpreters")
            run = module.run_string
        crashing = "import threading; t = threading.Thread(target=lambda: {{}}['here']); t.start(); t.join()"
        waiting = "import time; a = [str(each) for each in range(10_000)]; time.sleep(1); del a"
        interpreter = module.create()
        if {where!r} == "inside":
            run(interpreter, crashing)
        else:
            other = threading.Thread(target=run, args=(interpreter, waiting))
            other.start()
            time.sleep(0.3)
            exec(crashing)
            other.join()
        print("end")
    """
    crashed = compare(crash, code)

    with Reader(str(crashed.dump)) as reader:
        assert "builtins.KeyError" == reader.summary.exceptions[-1].type


FORK = """
import os, sys, threading, time
{classes}
def crash_slowly():
    value = Value()
    1 / 0
thread = threading.Thread(target=crash_slowly)
thread.start()
{wait}
pid = os.fork()
if not pid:
    {child}
    {{}}["in the child"]
begin = time.monotonic()
status = os.waitpid(pid, 0)[1]
print(os.WEXITSTATUS(status), time.monotonic() - begin < 8)  # what waits for a lock of the parent takes ten
thread.join()
"""


@pytest.mark.ends
def test_fork_in_a_threaded_process(crash: Crasher) -> None:
    """A child forked while another thread writes a dump can crash, and is dumped."""
    classes = """
        class Value:
            def __reduce__(self):
                time.sleep(1)
                return (Value, ())
    """
    code = FORK.format(classes=textwrap.dedent(classes), wait="time.sleep(0.5)", child="pass")
    crashed = crash.run("-W", "ignore", "-c", code)

    assert "1 True\n" == crashed.stdout
    assert 2 == len(crashed.dumps)


@pytest.mark.ends
def test_fork_in_an_import_of_the_standard_library(crash: Crasher) -> None:
    """A child forked while a dump of another thread imports a module of the standard library is dumped at once."""
    classes = """
        sys.modules.pop("unicodedata", None)
        class Slow:
            def find_spec(self, name, path=None, target=None):
                if name == "unicodedata":
                    looking.set()
                    time.sleep(1)
        looking = threading.Event()
        sys.meta_path.insert(0, Slow())
        class Value:
            def __reduce__(self):
                import unicodedata
                return (Value, ())
    """
    wait, child = "print(looking.wait(10), end=' ', flush=True)", "del sys.meta_path[0]; value = Value()"
    crashed = crash.run("-W", "ignore", "-c", FORK.format(classes=textwrap.dedent(classes), wait=wait, child=child))

    assert "True 1 True\n" == crashed.stdout
    dumps = [tibidi.load(dump, trust=True) for dump in crashed.dumps]
    assert ["builtins.KeyError", "builtins.ZeroDivisionError"] == sorted(dump.exceptions[-1].type for dump in dumps)
    child_dump = next(dump for dump in dumps if dump.exceptions[-1].type == "builtins.KeyError")
    assert [] == [omission for omission in child_dump.omissions if omission.path.startswith("exceptions")]


@pytest.mark.ends
def test_fork_in_an_import_of_a_private_copy(crash: Crasher) -> None:
    """A child forked while a dump of another thread imports a copy of a shadowed module is dumped as well."""
    classes = """
        from importlib.machinery import SourceFileLoader
        execute, begun = SourceFileLoader.exec_module, threading.Event()
        def dawdle(loader, module):
            if module.__name__.startswith("tibidi.private.") and not begun.is_set():
                begun.set()
                time.sleep(1)
            execute(loader, module)
        SourceFileLoader.exec_module = dawdle
        class Value: pass
    """
    (crash.work / "json.py").write_text("mine = 1")
    wait = "print(begun.wait(10), end=' ', flush=True)"
    (crash.work / "app.py").write_text(FORK.format(classes=textwrap.dedent(classes), wait=wait, child="import json"))
    crashed = crash.run("-W", "ignore", "app.py")

    assert "True 1 True\n" == crashed.stdout, crashed.stderr
    assert 2 == len(crashed.dumps), crashed.stderr


def test_fork_while_another_thread_imports(crash: Crasher) -> None:
    """A child forked while another thread's crash imports neither hangs nor inherits the settings of that crash."""
    code = """
        import gc, json, os, sys, threading, time
        begun = threading.Event()
        def dawdle(event, arguments):
            if event == "import" and arguments[0] == "tibidi.capture.summary" and not begun.is_set():
                begun.set()
                time.sleep(1)
        sys.addaudithook(dawdle)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        begun.wait()
        pid = os.fork()
        if not pid:
            aside = "StartPath" in repr(sys.meta_path)
            print(gc.isenabled(), json.mine, sys.modules["json"] is json, aside, flush=True)
            {}["in the child"]
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        thread.join()
    """
    (crash.work / "json.py").write_text("mine = 1")
    (crash.work / "app.py").write_text(textwrap.dedent(code))
    crashed = crash.run("-W", "ignore", "app.py")

    assert "True 1 True False\n1\n" == crashed.stdout
    assert 2 == len(crashed.dumps), crashed.stderr


def test_fork_inside_a_dump(crash: Crasher) -> None:
    """A child that application code forks inside a dump writes nothing into the dump of its parent."""
    code = """
        import os
        class Forks:
            def __reduce__(self):
                pid = os.fork()
                if pid:
                    os.waitpid(pid, 0)
                return Forks, ()
        def work():
            before, forks, after = [1], Forks(), {"k": list(range(1000))}
            1 / 0
        work()
    """
    crashed = crash.run("-W", "ignore", "-c", textwrap.dedent(code))

    dump = tibidi.load(crashed.dump)
    assert () == tuple(each.path for each in dump.omissions if not each.path.startswith("sources"))
    assert (1, "ZeroDivisionError") == (crashed.status, crashed.stderr.splitlines()[-2].partition(":")[0])


def test_daemon_threads_at_the_end(crash: Crasher) -> None:
    """Threads that fail while the interpreter shuts down do not disturb it."""
    code = """
        import threading, time
        def work():
            while True:
                try:
                    time.sleep(0.001)
                    [1][2]
                except IndexError:
                    pass
        for _ in range(5):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.05)
        print("end")
    """
    compare(crash, code)


@pytest.mark.parametrize("module", ["builtins", "os", "sys"])
def test_finalizers_of_the_last_objects(crash: Crasher, module: str) -> None:
    """A finalizer that fails while the interpreter clears the modules is reported as without tibidi."""
    code = f"""
        import threading, {module}
        class Last:
            def __del__(self):
                raise LookupError("too late")
        {module}.last = Last()
    """
    compare(crash, code)


def test_finalizers_after_an_exit_handler(crash: Crasher) -> None:
    """What fails in an exit handler is not kept, so that the objects of its module are finalized at the end."""
    code = """
        import atexit
        class Last:
            def __del__(self):
                print("finalized")
        def work(value):
            1 / 0
        last = Last()
        atexit.register(work, 5)
    """
    crashed = compare(crash, code)

    assert ("finalized\n", 1) == (crashed.stdout, len(crashed.dumps))


def test_crash_inside_a_dump(crash: Crasher) -> None:
    """An exception in application code during a dump is part of that dump, not another one."""
    code = """
        import logging, threading
        class Noisy:
            def __reduce__(self):
                try:
                    {}["inside"]
                except KeyError:
                    logging.getLogger("noisy").exception("inside the dump")
                thread = threading.Thread(target=lambda: None)
                thread.start()
                thread.join()
                raise RuntimeError("not to be pickled")
        noisy = Noisy()
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_LOGGING": "ERROR"})

    assert 1 == len(crashed.dumps)
    assert "ZeroDivisionError" in crashed.stderr


def test_dump_inside_a_dump(crash: Crasher) -> None:
    """A value that calls dump_exception() while it is pickled is refused at once, and the dump is whole."""
    code = """
        import tibidi, time
        class Dumps:
            def __reduce__(self):
                start = time.monotonic()
                try:
                    tibidi.dump_exception(KeyError("inside"), "inside.pkl")
                except tibidi.DumpFailed as error:
                    print(error, time.monotonic() - start < 4)  # half of the time of a dump
                return (Dumps, ())
        def work():
            dumps, after = Dumps(), "kept"
            1 / 0
        work()
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert "this code runs as part of another dump True\n" == crashed.stdout
    assert "kept" == tibidi.load(crashed.dump, trust=False).exceptions[-1][-1]["after"]


@pytest.mark.ends
def test_crash_while_another_dump_hangs(crash: Crasher) -> None:
    """The crash that ends the process is dumped even if another thread holds the lock for ever."""
    code = """
        import threading, time
        from tibidi.process.temporary import dump_lock
        def hang():
            with dump_lock(0):
                locked.set()
                time.sleep(60)
        locked = threading.Event()
        threading.Thread(target=hang, daemon=True).start()
        locked.wait()
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_MAX_SECONDS": "2"})

    with Reader(str(crashed.dump)) as reader:
        assert "builtins.ZeroDivisionError" == reader.summary.exceptions[-1].type


def test_signals_during_the_imports_at_a_crash(crash: Crasher) -> None:
    """A signal handler that logs an exception during the imports of a dump does not disturb it.

    The program has the modules that printing an exception imports.  Else a
    handler that interrupts an import could deadlock with any other thread that
    imports, as importlib holds a lock of its own for a moment.
    """
    code = """
        import ast, io, linecache, logging, os, signal, sys, tokenize, traceback
        logging.basicConfig(stream=io.StringIO())
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name.startswith("tibidi.hooks."):
                    os.kill(os.getpid(), signal.SIGUSR1)
        def report(*_):
            try:
                {}["in the handler"]
            except KeyError:
                logging.exception("where we are")
        signal.signal(signal.SIGUSR1, report)
        sys.meta_path.insert(0, Finder)
        1 / 0
    """
    crashed = compare(crash, code, env={"TIBIDI_LOGGING": "ERROR"})

    with Reader(str(crashed.dump)) as reader:
        assert "builtins.ZeroDivisionError" == reader.summary.exceptions[-1].type


def test_modules_that_log_while_they_are_imported(crash: Crasher) -> None:
    """The dump neither waits for the import, which waits for the dump, nor leaves out objects of the module."""
    code = """
        import logging
        class Order: pass
        def check(order):
            try:
                1 / 0
            except ZeroDivisionError:
                logging.exception("not here")
        check(Order())
    """
    (crash.work / "orders.py").write_text(textwrap.dedent(code))
    crashed = crash.run("-c", "import orders", env={"TIBIDI_LOGGING": "ERROR"})

    with Reader(str(crashed.dump)) as reader:
        assert [] == [each for each in reader.index.omissions if each.reason == "timeout"]


def test_import_system_stays(crash: Crasher) -> None:
    """The import system is never hidden from other threads, which must not import a second copy of it."""
    code = """
        import importlib, sys, threading
        there = set()
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                there.add("_frozen_importlib" in sys.modules and "_frozen_importlib_external" in sys.modules)
        sys.meta_path.insert(0, Finder)
        thread = threading.Thread(target=lambda: {}["here"])
        thread.start()
        thread.join()
        print(False in there)
    """
    assert 1 == len(compare(crash, code).dumps)


@pytest.mark.parametrize("stranger", ["", "mine = 1"])
def test_many_threads_at_once(crash: Crasher, stranger: str) -> None:
    """Threads that crash at the same moment take turns, also if a module has to be hidden: each is dumped."""
    code = """
        import json, sys, threading
        sys.setswitchinterval(1e-6)
        limit = sys.getrecursionlimit()
        barrier = threading.Barrier(6)
        def work(number):
            barrier.wait()
            number / 0
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print("end", sys.getrecursionlimit() == limit, sys.modules["json"] is json)
    """
    if stranger:
        (crash.work / "json.py").write_text(stranger)
    (crash.work / "app.py").write_text(textwrap.dedent(code))
    for _ in range(3):
        crashed = crash.run("app.py")

        assert (0, "end True True\n") == (crashed.status, crashed.stdout)
        assert 6 == len(crashed.dumps), crashed.stderr


def test_threads_that_compute(crash: Crasher) -> None:
    """During a dump threads switch more often, so that other threads that compute do not delay it."""
    code = """
        import sys, threading
        class Asks:
            def __reduce__(self):
                print("during", sys.getswitchinterval() < before)
                return Asks, ()
        def work():
            asks = Asks()
            1 / 0
        before = sys.getswitchinterval()
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print("after", sys.getswitchinterval() == before)
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    *during, after = crashed.stdout.splitlines()
    assert {"during True"} == {*during}  # at least three times: a dump has what other threads hold as well
    assert (True, "after True", 3) == (len(during) >= 3, after, len(crashed.dumps))


@pytest.mark.ends
def test_many_waiting_threads(crash: Crasher) -> None:
    """A thousand threads that share a large object do not try it a thousand times: all are written in time."""
    code = """
        import threading
        def wait(event):
            event.wait()
        end = threading.Event()
        for _ in range(1_000):
            threading.Thread(target=wait, args=(end,), daemon=True).start()
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_MAX_SECONDS": "20"})
    loaded = tibidi.load(crashed.dump)
    waiting = [thread for thread in loaded.threads if any(frame.name == "wait" for frame in thread.frames)]

    assert [] == [each for each in loaded.omissions if each.reason == "timeout"]
    assert 100 < len(waiting)


def test_exceptions_are_not_kept(crash: Crasher) -> None:
    """After a dump nothing of the exception and its frames is kept alive, nor is the exception marked."""
    code = """
        import gc, logging, threading, weakref
        class Payload: pass
        class Failure(Exception):
            def __len__(self):
                return 0
        seen = []
        def work():
            payload = Payload()
            seen.append(weakref.ref(payload))
            raise Failure("x")
        previous = threading.excepthook
        def look(args):
            previous(args)
            print(vars(args.exc_value), args.exc_value.args)
            logging.info("it failed", exc_info=tuple(args)[:3])
        threading.excepthook = look
        logging.basicConfig(level=logging.INFO, handlers=[logging.NullHandler()])
        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        del thread
        gc.collect()
        print([reference() for reference in seen])
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert "{} ('x',)\n{} ('x',)\n[None, None]\n" == crashed.stdout
    assert 2 == len(crashed.dumps)


@pytest.mark.parametrize("name", ["json", "zipfile", "pickle", "cloudpickle", "typing", "hashlib", "weakref", "select"])
def test_modules_beside_the_program(crash: Crasher, name: str) -> None:
    """A module beside the program with the name of one that tibidi needs is the program's; tibidi gets the real one."""
    code = f"import sys; sys.exit({name!r} in sys.modules or {name!r} in sys.builtin_module_names)"
    if crash.run("-c", code, env={"TIBIDI_ENABLE": None}).status:
        pytest.skip(f"{name} is built in, or another .pth file has imported it before the program could")
    (crash.work / f"{name}.py").write_text("print('imported')\nmine = True\n", encoding="utf-8")
    (crash.work / "app.py").write_text(f"import {name}\n{name}.mine\n1 / 0\n", encoding="utf-8")
    crashed = crash.run("app.py")

    assert "imported\n" == crashed.stdout
    with Reader(str(crashed.dump)) as reader:
        assert reader.summary.complete
        assert "builtins.ZeroDivisionError" == reader.summary.exceptions[-1].type


@pytest.mark.parametrize("path", ["['/nowhere']", "[]"])
def test_path_of_the_program(crash: Crasher, path: str) -> None:
    """Changes of `sys.path` by the application do not matter, even before any module of tibidi is imported."""
    (crash.work / "app.py").write_text(f"import sys\nsys.path = {path}\n1 / 0\n", encoding="utf-8")
    crashed = crash.run("app.py")

    assert 1 == len(crashed.dumps), crashed.stderr


def test_bottom_of_a_recursion(crash: Crasher) -> None:
    """The first dump of a process imports much, and has the room for it right below the recursion limit."""
    program = """
        import sys, tibidi
        def down(levels):
            if levels:
                return down(levels - 1)
            try:
                1 / 0
            except ZeroDivisionError as error:
                tibidi.dump_exception(error, "deep.pkl")
        down(sys.getrecursionlimit() - 30)
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    ended = crash.run("app.py")

    assert (0, "") == (ended.status, ended.stderr)
    assert (crash.work / "deep.pkl").exists()


@pytest.mark.parametrize(("how", "status"), [("f(n + 1)", 1), ("f(n + 1) if n < 990 else sys.exit(7)", 7)])
def test_exits_at_the_bottom_of_a_recursion(crash: Crasher, how: str, status: int) -> None:
    """With TIBIDI_EXITS the hook of exits raises nothing where the stack is full."""
    program = f"import sys\ndef f(n):\n    {how}\nf(0)"
    ended = crash.run("-c", program, env={"TIBIDI_EXITS": "errors", "TIBIDI_SILENT": "1"})

    assert (status, False) == (ended.status, "tibidi" in ended.stderr)


def test_modules_of_the_program_stay(crash: Crasher) -> None:
    """After a dump sys.modules holds the program's own module, and `import` finds it."""
    (crash.work / "json.py").write_text("mine = True\n", encoding="utf-8")
    program = """
        import json, sys, threading
        before = json
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        import json
        print(json is before, sys.modules["json"].mine, "json.decoder" in sys.modules)
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    crashed = crash.run("app.py")

    assert "True True False\n" == crashed.stdout
    assert 1 == len(crashed.dumps)


def test_patched_functions(crash: Crasher) -> None:
    """Functions that tests of an application have patched do not prevent a dump, and stay patched."""
    code = """
        import builtins, io, os, threading, time
        def forbidden(*args, **options):
            raise AssertionError
        patched = {
            os: ("open", "mkdir", "fsync", "link", "getpid", "scandir", "replace"),
            time: ("time", "monotonic", "gmtime", "sleep"),
            builtins: ("open",),
            io: ("open",),
        }
        def work():
            for owner, names in patched.items():
                for name in names:
                    setattr(owner, name, forbidden)
            1 / 0
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        print({getattr(owner, name).__name__ for owner, names in patched.items() for name in names})
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert 1 == len(crashed.dumps), crashed.stderr
    assert "{'forbidden'}\n" == crashed.stdout


def test_patched_getframe(crash: Crasher) -> None:
    """A wrapper of `sys._getframe`, for which each frame is one further out, does not prevent a dump."""
    code = """
        import sys
        previous = sys._getframe
        sys._getframe = lambda *depth: previous(*depth)
        1 / 0
    """

    assert 1 == len(crash.run("-c", textwrap.dedent(code)).dumps)


STRANGE_CALLS = {
    "unittest": """
        import unittest
        class Result(unittest.TestResult):
            def _exc_info_to_string(self, *_):
                return "a text"
        result = Result()
        for told in ((None, None, None), (), "a text"):
            result.addError(None, told)
        result.addFailure(err=(), test=None)
        result.addSubTest(test=None, subtest=None, err=None)
        print(result.errors, result.failures)
    """,
    "wsgiref": """
        from wsgiref.handlers import BaseHandler
        try:
            BaseHandler().log_exception(exc_info=())
        except Exception as error:
            print(type(error), error)
    """,
    "asyncio": """
        import asyncio
        loop = asyncio.new_event_loop()
        try:
            loop.call_exception_handler(None)
        except AttributeError as error:
            print(error)
        loop.close()
    """,
    "threading": """
        import threading
        for given in ({"args": None}, {}):
            try:
                threading.excepthook(**given)
            except TypeError as error:
                print(error)
    """,
    "selectors": """
        import selectors
        with selectors.DefaultSelector() as selector:
            print(selector.select(timeout=0), selector.select(0))
        print(selectors.SelectSelector.select.__name__)
    """,
    "future": """
        from concurrent.futures import Future
        class Late(Future):
            def __init__(self):
                print(hasattr(self, "_exception"))
                super().__init__()
        late = Late()
        late.set_exception("a text")
        print(late.exception())
    """,
    "exit": """
        import sys
        class Quit(SystemExit):
            code = property(lambda self: 1 / 0)
        try:
            sys.exit(Quit())
        except SystemExit as error:
            print(type(error))
        try:
            raise Quit
        except SystemExit as error:
            print(type(error))
    """,
}


@pytest.mark.parametrize("name", STRANGE_CALLS)
def test_functions_called_in_another_way(crash: Crasher, name: str) -> None:
    """A function that a hook has replaced takes any arguments, and raises what it raised."""
    env = {"TIBIDI_LOGGING": "ERROR", "TIBIDI_EXITS": "errors", "TIBIDI_HANG_SECONDS": "60"}
    compare(crash, STRANGE_CALLS[name], env=env)


@pytest.mark.parametrize("flags", [(), ("-X", "faulthandler")], ids=["off", "on"])
def test_faulthandler_is_that_of_the_application(crash: Crasher, flags: tuple[str, ...]) -> None:
    """faulthandler says whether the application has enabled it, and a program that asks first enables it."""
    code = """
        import faulthandler
        print(faulthandler.is_enabled(), faulthandler.disable(), faulthandler.is_enabled(), faulthandler.disable())
        if not faulthandler.is_enabled():
            faulthandler.enable()
        print(faulthandler.is_enabled())
        faulthandler._sigsegv()
    """
    crashed = compare(crash, code, *flags)

    assert crashed.stderr.startswith("Fatal Python error: Segmentation fault")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no life record")
def test_replaced_functions_look_alike(crash: Crasher) -> None:
    """The functions of other modules that tibidi replaces have their names and signatures, and can be pickled."""
    code = """
        import faulthandler, inspect, os, pickle, signal
        import _signal
        for function in (os._exit, os.execv, os.execve, _signal.signal, faulthandler.is_enabled):
            print(function.__name__, function.__doc__, function.__text_signature__)
            print(function.__text_signature__ and inspect.signature(function))
            assert pickle.loads(pickle.dumps(function)) is function
        print(os.execve in os.supports_fd)
    """
    crashed = compare(crash, code)

    assert "True" == crashed.stdout.splitlines()[-1]


def test_process_that_calls_a_replaced_function(crash: Crasher) -> None:
    """`os._exit` can be what a spawned process does."""
    code = """
        import multiprocessing, os
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=os._exit, args=(3,))
            process.start()
            process.join()
            print(process.exitcode)
    """
    (crash.work / "program.py").write_text(textwrap.dedent(code))

    assert "3\n" == crash.run("program.py").stdout


def test_crash_without_faulthandler(crash: Crasher) -> None:
    """An application that disables faulthandler again has the crash in its life record."""
    crash.run("-c", "import faulthandler as f; f.enable(); f.disable(); f._sigsegv()")
    rows = crash.run("-m", "tibidi", "list", "--json").stdout

    assert "SIGSEGV" in rows


CALLED_BY_C = {
    "atexit.register(os._exit, 9)": 9,
    "_thread.start_new_thread(os._exit, (9,)); time.sleep(30)": 9,
    "_thread.start_new_thread(os.fork, ()); time.sleep(0.5)": 1,
}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no life record")
@pytest.mark.parametrize("call", CALLED_BY_C)
def test_functions_that_c_code_calls(crash: Crasher, call: str) -> None:
    """A function that a hook has replaced does as ever where no frame of Python calls it."""
    program = f"import atexit, os, sys, time, _thread; {call}; 1 / 0"
    crashed = compare(crash, program, "-W", "ignore")
    listed = json.loads(crash.run("-m", "tibidi", "list", "--json").stdout)

    assert CALLED_BY_C[call] == crashed.status
    assert "exit" not in {row["kind"] for row in listed} or sys.version_info < (3, 10)  # there, a wrapper calls it


def test_exit_that_c_code_calls(crash: Crasher) -> None:
    """So does `sys.exit()`, which shows as a function of Python before Python 3.12."""
    program = "import atexit, sys; atexit.register(sys.exit, 9)"
    runs = [crash.run("-c", program, env={"TIBIDI_EXITS": "errors", "TIBIDI_ENABLE": on}) for on in (None, "1")]
    without, ours = [(ended.status, ended.stderr.splitlines()[-1:]) for ended in runs]

    assert without == ours


def test_constructor_of_a_thread_local(crash: Crasher) -> None:
    """A `threading.local` with a constructor is constructed in no thread of a dump, and has all values."""
    code = """
        import threading
        class Connection(threading.local):
            def __init__(self):
                constructed.append(threading.current_thread().name)
                self.owner = threading.current_thread().name
        def work(connection):
            connection.owner
            1 / 0
        constructed = []
        thread = threading.Thread(target=work, args=(Connection(),), name="worker")
        thread.start()
        thread.join()
        print(constructed)
    """
    crashed = compare(crash, code)
    connection = tibidi.load(crashed.dump, trust=True).exceptions[-1][-1]["connection"]

    assert ["MainThread", "worker"] == [each["owner"] for each in connection.of_each_thread]


@pytest.mark.parametrize("level", [None, "ERROR"])
def test_call_stack_of_a_wrong_record(crash: Crasher, level: str | None) -> None:
    """What logging prints about a record that it cannot format begins at the caller of logging."""
    code = """
        import logging
        logging.error("%s of %s", 1)
    """
    compare(crash, code, env={"TIBIDI_LOGGING": level})


def test_greenlets_stay_as_they_are(crash: Crasher) -> None:
    """A dump gives a greenlet of gevent no number, which its representation would show."""
    pytest.importorskip("gevent")
    code = """
        import gevent
        greenlet = gevent.spawn(lambda: 1 / 0)
        greenlet.join()
        print(repr(greenlet).split("at")[0])
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert ("<Greenlet \n", 1) == (crashed.stdout, len(crashed.dumps))


def test_import_hooks_that_warn(crash: Crasher) -> None:
    """What an import hook of the application says of the library that a dump imports is not shown."""
    code = """
        import sys, warnings
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "cloudpickle":
                    warnings.warn(f"{name} has annotations")
        class Value:
            pass
        def work(value):
            1 / 0
        sys.meta_path.insert(0, Finder())
        work(Value())
    """
    compare(crash, code)


def test_no_dummy_thread_is_left(crash: Crasher) -> None:
    """Application code that a dump calls may ask for the current thread: `threading` forgets ours with the dump."""
    code = """import logging, threading
class Asks:
    def __reduce__(self):
        print(threading.current_thread() is threading.main_thread())
        return list, ()
try:
    asks = Asks()
    1/0
except ZeroDivisionError:
    logging.exception("failed")
print(threading.enumerate() == [threading.main_thread()])"""
    printed = crash.run("-c", code, env={"TIBIDI_LOGGING": "ERROR"}).stdout.split()

    assert ("False", "True") == (printed[0], printed[-1])


@pytest.mark.parametrize("seconds", [0, pytest.param(0.0002, marks=pytest.mark.ends)])
def test_endless_state(crash: Crasher, seconds: float) -> None:
    """A `__getstate__` that pickles its own object without end, like that of Django's test cases, ends no process.

    Neither does one whose calls take long to end, so that the dump does not wait for them.
    """
    code = """import logging, pickle, sys, time
class Endless:
    def __getstate__(self):
        try:
            pickle.dumps([self])
        except (AttributeError, TypeError, pickle.PickleError):
            pass
        finally:
            time.sleep(float(sys.argv[1]))
        return {}
limit = sys.getrecursionlimit()
try:
    endless = Endless()
    1/0
except ZeroDivisionError:
    logging.exception("failed")
end = time.monotonic() + 60
while (len(sys._current_frames()) > 1 or sys.getrecursionlimit() != limit) and time.monotonic() < end:
    time.sleep(0.1)
print("goes on", sys.getrecursionlimit() == limit)"""
    ended = crash.run("-c", code, str(seconds), env={"TIBIDI_LOGGING": "ERROR"}, timeout=120)

    assert (0, "goes on True\n") == (ended.status, ended.stdout), ended.stderr
