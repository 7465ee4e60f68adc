"""The start hook: when it is on, what it costs, and that an interpreter always starts."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
import tibidi_autoinstall

from tibidi import hooks
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from crashing import Crash, Crasher

IS_ON = "import sys; print(sys.excepthook is not sys.__excepthook__)"


@pytest.mark.parametrize("value", ["1", "true", "YES", "on", " 1 "])
def test_on(crash: Crasher, value: str) -> None:
    """The words for yes turn it on."""
    assert "True\n" == crash.run("-c", IS_ON, env={"TIBIDI_ENABLE": value}).stdout


@pytest.mark.parametrize("value", [None, "", "0", "false", "No", "off"])
def test_off(crash: Crasher, value: str | None) -> None:
    """Without the variable, and with the words for no, no module of tibidi is even imported."""
    code = IS_ON + "; print([name for name in sys.modules if name == 'tibidi' or name.startswith('tibidi.')])"
    ran = crash.run("-c", code, env={"TIBIDI_ENABLE": value})

    assert ("False\n[]\n", "") == (ran.stdout, ran.stderr)


def test_unknown_word(crash: Crasher) -> None:
    """Any other word leaves it off, and one line says so."""
    ran = crash.run("-c", IS_ON, env={"TIBIDI_ENABLE": "maybe"})

    assert "False\n" == ran.stdout
    assert (
        "tibidi: TIBIDI_ENABLE='maybe' is ignored, tibidi is off: not one of 1 true yes on 0 false no off\n"
        == ran.stderr
    )


def test_bad_settings(crash: Crasher) -> None:
    """A setting that cannot be understood is one line at the start, and the default is used."""
    crashed = crash.run("-c", "1 / 0", env={"TIBIDI_KEEP": "many"})

    assert 1 == crashed.stderr.count("tibidi: TIBIDI_KEEP='many' is ignored")
    assert 1 == len(crashed.dumps)


@pytest.mark.parametrize("flag", ["-I", "-E", "-S"])
def test_flags_that_turn_it_off(crash: Crasher, flag: str) -> None:
    """An interpreter that ignores its environment, or `site`, ignores tibidi."""
    crashed = crash.run(flag, "-c", "1 / 0")

    assert (1, []) == (crashed.status, crashed.dumps)


@pytest.mark.parametrize("flag", ["-s", "-B", "-O", "-OO", "-u", "-Wdefault", "-Xdev", "-v"])
def test_flags_that_do_not(crash: Crasher, flag: str) -> None:
    """Other flags change nothing."""
    assert 1 == len(crash.run(flag, "-c", "1 / 0").dumps)


def test_start_imports_little(crash: Crasher) -> None:
    """At the start only a few small modules of tibidi are imported, also where it makes the crash directory."""
    code = "import sys; print(*sorted(sys.modules))"
    without = set(crash.run("-c", code, env={"TIBIDI_ENABLE": None}).stdout.split())
    ours = set(crash.run("-c", code).stdout.split())

    expected = {"atexit", "faulthandler", "tibidi.process", "tibidi_autoinstall"}
    # `io` is in every start before Python 3.14; modules that are there before have their hooks at once.
    early = {"tibidi.hooks.callbacks"} if sys.version_info < (3, 10) else set()
    if "warnings" in without:  # by the line of another package
        early |= {"tibidi.hooks.tail", "_collections", "_operator"}
    if early:
        early |= {"tibidi", "tibidi.hooks", "tibidi.process.watch"}
    assert expected == ours - without - {"time", "io"} - early
    assert 0o700 == crash.directory.stat().st_mode & 0o777


LATE = pytest.mark.skipif(sys.version_info < (3, 10), reason="Python 3.9 does not name its modules: all hooks at once")
IS_LOADED = "print('tibidi.hooks' in __import__('sys').modules)"
BEGIN = "import tibidi_autoinstall as a; a.main()"


def run_without_site(crash: Crasher, code: str, *, enable: str = "1") -> Crash:
    """Run code with tibidi, but without the .pth files of other packages, which may import modules that have hooks."""
    place = crash.run("-c", "import os, tibidi_autoinstall as a; print(os.path.dirname(a.__file__))").stdout.strip()
    program = crash.work / "program.py"
    program.write_text(textwrap.dedent(code), "utf-8")
    return crash.run("-S", str(program), env={"PYTHONPATH": place, "TIBIDI_ENABLE": enable})


@LATE
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import errno", False),
        ("import threading", True),
        ("import mine", True),
        ("import tibidi", False),
        ("import sys; sys.meta_path[0].find_spec('apport_python_hook')", False),
        ("import tibidi; tibidi.configure(keep=7)", True),
        ("import tibidi; tibidi.set_excepthook", True),
        ("compile('1/0', 'app.py', 'exec')", False),
    ],
)
def test_hooks_are_loaded_when_needed(crash: Crasher, code: str, expected: bool) -> None:
    """The hooks are loaded by an import of a module that may have hooks, and by a use of tibidi, and not by less."""
    (crash.work / "mine.py").touch()
    crashed = run_without_site(crash, f"{BEGIN}\n{code}\n{IS_LOADED}")

    assert f"{expected}\n" == crashed.stdout, crashed.stderr


@LATE
def test_hooks_of_the_program_come_first(crash: Crasher) -> None:
    """A program that replaces a hook before tibidi has loaded its own keeps it, and what it calls makes the dump."""
    code = f"""
        import sys
        {BEGIN}
        previous = sys.excepthook
        def mine(kind, exc, tb):
            print("mine")
            previous(kind, exc, tb)
            print(sys.excepthook is mine)
        sys.excepthook = mine
        import threading
        print(sys.excepthook is mine)
        1 / 0
    """
    crashed = run_without_site(crash, code)

    assert "True\nmine\nTrue\n" == crashed.stdout
    assert 1 == crashed.stderr.count("Traceback (most recent call last)")
    with Reader(str(crashed.dump)) as reader:
        assert [["mine"]] == [[frame.name for frame in thread.frames] for thread in reader.summary.threads]


@LATE
def test_package_of_the_program(crash: Crasher) -> None:
    """A `tibidi.py` beside the program is not taken for the package, which the start hook has not loaded yet."""
    (crash.work / "tibidi.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    crashed = run_without_site(crash, f"{BEGIN}\nimport tibidi\nprint(tibidi.process.os.name, tibidi.load)\n1 / 0")

    assert f"{os.name} <function load" == crashed.stdout.partition(" at ")[0], crashed.stderr
    assert 1 == len(crashed.dumps)


@LATE
@pytest.mark.parametrize(
    "code",
    [
        "sys.meta_path.clear()",
        "sys.meta_path[:] = sys.meta_path[1:2]",
        "sys.modules.clear()",
        "[sys.modules.pop(name) for name in list(sys.modules) if name != '__main__']",
    ],
)
def test_import_system_taken_away(crash: Crasher, code: str) -> None:
    """A small program without finders or modules, for which nothing of tibidi is loaded yet, leaves a dump."""
    crashed = run_without_site(crash, f"import sys\n{BEGIN}\n{code}\n1 / 0")

    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs chroot(), and files that a child cannot see")
def test_children_after_chroot(crash: Crasher) -> None:
    """Children of fork() run where no module can be loaded any more, and each end is what it is elsewhere."""
    if os.geteuid():
        pytest.skip("only root may call chroot()")
    code = f"""
        import os, sys
        {BEGIN}
        import multiprocessing.popen_fork, multiprocessing.resource_tracker, multiprocessing.util
        def work():
            print("worked", flush=True)
        os.mkdir("root")
        os.chroot("root")
        os.chdir("/")
        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join()
        if not os.fork():
            os._exit(4)
        print(child.exitcode, os.wait()[1] >> 8, flush=True)
        os._exit(3)
    """
    ended = run_without_site(crash, code)

    assert (3, "worked\n0 4\n", "") == (ended.status, ended.stdout, ended.stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no life record")
def test_exit_at_the_recursion_limit(crash: Crasher) -> None:
    """A process ends as it wants to, however little of the stack is left, but for two frames."""
    code = """if True:
        import os, sys
        def descend(levels):
            return descend(levels - 1) if levels else os._exit(7)
        for room in range(4, 60):
            pid = os.fork()
            if not pid:
                descend(sys.getrecursionlimit() - room)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7, room
    """
    ended = crash.run("-c", code)

    assert (0, "") == (ended.status, ended.stderr)


@LATE
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork()")
def test_finalizers_at_the_end(crash: Crasher) -> None:
    """What a finalizer calls after all exit functions does what it does without tibidi."""
    code = f"""
        {BEGIN}
        import faulthandler, os
        from os import _exit, execv

        class Last:
            def __del__(self):
                import colorsys
                print(colorsys.rgb_to_hls(0, 0, 0), faulthandler.is_enabled())
                faulthandler.enable()
                print(faulthandler.is_enabled(), faulthandler.disable(), faulthandler.disable())
                faulthandler.register(1)  # SIGHUP; the module `signal` handles exceptions
                try:
                    execv("missing", ["missing"])
                except OSError as error:
                    print(error)
                try:
                    if not os.fork():
                        _exit(3)
                    print(os.wait()[1] >> 8)
                except RuntimeError as error:  # since Python 3.12
                    print(error)
                print("called", flush=True)
                1 / 0

        last = Last()
        last.itself = last
        del last  # the first collection after the exit functions finds it
    """
    without, ran = run_without_site(crash, code, enable="0"), run_without_site(crash, code)

    address = re.compile(" at 0x[0-9a-f]+")
    assert without.stdout.endswith("\ncalled\n")
    assert without.stdout == ran.stdout
    assert address.sub("", without.stderr) == address.sub("", ran.stderr)
    assert [] == ran.dumps


def test_finalizer_after_the_exit_functions(crash: Crasher) -> None:
    """An object that only an exit function refers to is finalized after all of them; if that fails, there is a dump."""
    code = """
        import atexit
        class Pool:
            def stop(self): pass
            def __del__(self): self.missing.clear()
        def work():
            atexit.register(Pool().stop)
        work()
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert "AttributeError" in crashed.stderr
    assert 1 == len(crashed.dumps)


def test_exit_functions_called_early(crash: Crasher) -> None:
    """A program that calls the exit functions and goes on leaves a dump of what comes then."""
    crashed = crash.run("-c", "import atexit\natexit._run_exitfuncs()\n1 / 0")

    assert 1 == len(crashed.dumps), crashed.stderr


@LATE
def test_uninstall_before_they_are_loaded(crash: Crasher) -> None:
    """uninstall() takes away the placeholders of hooks as well."""
    code = f"""
        import sys
        before = sys.excepthook, sys.unraisablehook, *sys.meta_path
        import tibidi
        {BEGIN}
        print(before == (sys.excepthook, sys.unraisablehook, *sys.meta_path))
        tibidi.uninstall()
        print(before == (sys.excepthook, sys.unraisablehook, *sys.meta_path))
        1 / 0
    """
    crashed = run_without_site(crash, code)

    assert "False\nTrue\n" == crashed.stdout
    assert [] == crashed.dumps


@LATE
def test_packages_that_have_hooks() -> None:
    """The start hook knows which packages of the standard library have hooks."""
    packages = {name.partition(".")[0] for name in hooks.MODULE_HOOKS}

    assert packages & sys.stdlib_module_names == tibidi_autoinstall.HOOKED


@pytest.mark.skipif(sys.platform != "linux", reason="life records have high descriptors on Linux")
def test_start_does_not_wait(crash: Crasher) -> None:
    """The life record costs no more than 4 ms: Linux extends the table of descriptors in 10 ms, beside a thread."""
    begin = "import time, tibidi_autoinstall as a; s = time.perf_counter(); a.main(); print(time.perf_counter() - s)"
    code = f"import tibidi.hooks, os; os.environ['TIBIDI_ENABLE'] = '1'; {begin}"
    seconds = [float(crash.run("-c", code, env={"TIBIDI_ENABLE": None}).stdout) for _ in range(10)]

    assert min(seconds) < 0.004


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which file systems are mounted")
def test_no_thread(crash: Crasher) -> None:
    """On a file system of this machine, which answers, the life record takes no thread; elsewhere it does."""
    code = """if True:
        import _thread, atexit, os, tibidi_autoinstall as life
        started, start = [], _thread.start_new_thread
        _thread.start_new_thread = lambda *given: started.append(given) or start(*given)
        atexit.register(lambda: print(len(started)))
        os.environ["TIBIDI_ENABLE"] = "1"
        life.main()
    """
    (crash.work / "link").symlink_to(crash.directory)
    printed = [
        crash.run("-c", code, env={"TIBIDI_ENABLE": None, "TIBIDI_DIR": str(path)}).stdout
        for path in (crash.directory, crash.work / "link")
    ]

    assert "0\n" == printed[0]
    assert int(printed[1]) > 0  # Python 3.12 starts none at its exit


def test_without_tibidi(crash: Crasher) -> None:
    """If the start hook is installed without the package, there is one line, and the interpreter starts."""
    code = "import sys; sys.modules['tibidi'] = None; import tibidi_autoinstall as a; a._was_called = False; a.main()"
    ran = crash.run("-c", code, env={"TIBIDI_ENABLE": "1"})

    assert (0, 1) == (ran.status, ran.stderr.count("\n"))
    assert ran.stderr.startswith("tibidi: not installed at the start: ")


def test_twice_is_once(crash: Crasher) -> None:
    """A second installation changes nothing: one crash, one dump, one traceback."""
    crashed = crash.run("-c", "from tibidi import hooks; hooks.install_all(); hooks.install_all(); 1 / 0")

    assert 1 == len(crashed.dumps)
    assert 1 == crashed.stderr.count("Traceback (most recent call last)")
