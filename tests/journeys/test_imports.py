"""Modules that the application shadows, patches or deletes stay its own, at every moment of a dump."""

from __future__ import annotations

import sys
import textwrap
import zipfile
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from crashing import Crasher

SHADOWING = """
import builtins
builtins.executions = getattr(builtins, "executions", 0) + 1
bookings = []
"""
NAMES = ["json", "calendar", "random", "logging", "queue", "select", "copy", "struct", "cloudpickle", "typing"]
# The interpreter itself needs these at its start, or the standard library in a thread.
NAMES_AT_THE_START = ["re", "types"]


@pytest.mark.parametrize("name", NAMES)
def test_watched_by_other_threads(crash: Crasher, name: str) -> None:
    """While six threads crash, no other thread ever sees a module or function that is not the application's."""
    code = f"import sys; sys.exit({name!r} in sys.modules or {name!r} in sys.builtin_module_names)"
    if crash.run("-c", code, env={"TIBIDI_ENABLE": None}).status:
        pytest.skip(f"{name} is built in, or another .pth file imports it at the start")
    (crash.work / f"{name}.py").write_text(SHADOWING, encoding="utf-8")
    program = crash.work / "imports_watched.py"
    program.write_text((PROGRAMS / program.name).read_text(encoding="utf-8"), encoding="utf-8")
    crashed = crash.run(program.name, name)

    wrong, _, _, reads, _, executions = crashed.stdout.split()
    assert ("0", "1") == (wrong, executions), crashed.stdout
    assert 1_000 < int(reads)
    assert 6 == len(crashed.dumps), crashed.stderr
    assert "no dump" not in crashed.stderr


@pytest.mark.parametrize("name", [*NAMES, *NAMES_AT_THE_START])
def test_shadowed_module(crash: Crasher, name: str) -> None:
    """A module beside the script with the name of one that a dump needs is executed once, and the dump is complete."""
    (crash.work / f"{name}.py").write_text(SHADOWING, encoding="utf-8")
    program = f"""
        import atexit, builtins, sys
        import {name}
        before = sys.modules[{name!r}]
        atexit.register(lambda: print(sys.modules[{name!r}] is before, getattr(builtins, "executions", 1)))
        def work():
            value = ["kept"]
            1 / 0
        work()
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    without = crash.run("app.py", env={"TIBIDI_ENABLE": None})
    crashed = crash.run("app.py")

    assert without.stdout == crashed.stdout
    with Reader(str(crashed.dump)) as reader:
        assert reader.summary.complete
        assert "['kept']" == reader.summary.exceptions[-1].frames[-1].locals["value"].preview


@pytest.mark.parametrize("name", ["struct", "token", "traceback", "zlib"])
def test_shadowed_by_pythonpath(crash: Crasher, name: str) -> None:
    """A folder in PYTHONPATH is one of the program, also for the start hook, which runs when it is in `sys.path`."""
    (crash.work / f"{name}.py").write_text("", encoding="utf-8")
    (crash.work / "app.py").write_text("value = ['kept']\n1 / 0\n", encoding="utf-8")
    crashed = crash.run("app.py", env={"PYTHONPATH": str(crash.work)})

    with Reader(str(crashed.dump)) as reader:
        assert reader.summary.complete
        assert "['kept']" == reader.summary.exceptions[-1].frames[-1].locals["value"].preview


def test_shadowed_copyreg(crash: Crasher) -> None:
    """Beside a `copyreg.py`, with which nothing can be pickled, there is a dump with previews."""
    (crash.work / "copyreg.py").write_text(SHADOWING, encoding="utf-8")
    (crash.work / "app.py").write_text("import copyreg\nnumbers = [1, 2]\n1 / 0\n", encoding="utf-8")
    crashed = crash.run("app.py")

    assert "numbers: list = [1, 2]" in crash.run("-m", "tibidi", "show", str(crashed.dump), cwd=crash.directory).stdout


@pytest.mark.parametrize("is_imported", [False, True])
@pytest.mark.parametrize("name", ["enum", "json", "operator", "random", "types", "typing", "weakref"])
def test_objects_beside_a_shadowing_module(crash: Crasher, name: str, is_imported: bool) -> None:
    """Objects of the application are in the dump, though C code looks for `copyreg` where nothing has imported it.

    And though the types in C look for `typing`, from Python 3.12 on.
    """
    (crash.work / f"{name}.py").write_text(SHADOWING, encoding="utf-8")
    program = f"""
        import atexit, builtins
        atexit.register(lambda: print(getattr(builtins, "executions", 0)))
        {f"import {name}" if is_imported else ""}
        class Order:
            def __init__(self):
                self.lines = ["tea"]
        def work(order):
            1 / 0
        work(Order())
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    without = crash.run("app.py", env={"TIBIDI_ENABLE": None})  # printing a traceback may import it
    crashed = crash.run("app.py")
    dump = tibidi.load(crashed.dump, trust=True)

    assert without.stdout == crashed.stdout
    assert ["tea"] == dump.exceptions[-1][-1]["order"].lines
    # Python 3.15 imports what it colours tracebacks with when it prints one, and that needs `typing`.
    cannot_print = sys.version_info >= (3, 15) and is_imported and name == "typing"
    assert ["traceback"] * cannot_print == [each.path for each in dump.omissions]


def test_shadowing_module_that_is_not_loaded(crash: Crasher) -> None:
    """A module beside the script that the application has not imported is not executed, and is its own afterwards."""
    (crash.work / "json.py").write_text(SHADOWING, encoding="utf-8")
    program = """
        import builtins, threading
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        print(getattr(builtins, "executions", 0))
        import json
        print(json.bookings)
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    crashed = crash.run("app.py")

    assert "0\n[]\n" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.parametrize("name", ["copyreg", "gc", "itertools"])
def test_shadowing_module_that_is_imported_in_c(crash: Crasher, name: str) -> None:
    """A module beside the script is not executed because C code of a dump imports it, or if it is built in."""
    (crash.work / f"{name}.py").write_text(SHADOWING, encoding="utf-8")
    program = """
        import atexit, builtins
        atexit.register(lambda: print(getattr(builtins, "executions", 0)))
        1 / 0
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    without = crash.run("app.py", env={"TIBIDI_ENABLE": None})  # the interpreter may need it for its traceback
    crashed = crash.run("app.py")

    assert without.stdout == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.parametrize("name", ["json", "pickle", "select"])
def test_shadowing_module_in_a_zipapp(crash: Crasher, name: str) -> None:
    """A module in the archive of a program that the program has not imported is not executed by a dump."""
    if name in sys.builtin_module_names:
        pytest.skip("it is built into this interpreter, and an archive cannot shadow it")
    program = f"""
        import builtins, threading
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        print(getattr(builtins, "executions", 0))
        import {name}
        print({name}.bookings, builtins.executions)
    """
    with zipfile.ZipFile(crash.work / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", textwrap.dedent(program))
        archive.writestr(f"{name}.py", SHADOWING)
    crashed = crash.run("app.pyz")

    assert "0\n[] 1\n" == crashed.stdout, crashed.stderr
    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.parametrize("names", ["time", "io", "os", "posixpath", "re", "zlib", "struct, pickle, json, functools"])
def test_deleted_modules(crash: Crasher, names: str) -> None:
    """A program that deleted standard modules from `sys.modules` is dumped, and they stay deleted."""
    deleted = names.split(", ")
    program = f"""
        import sys, threading
        for name in {deleted!r}:
            sys.modules.pop(name, None)
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(program))

    assert 1 == len(crashed.dumps), crashed.stderr
    assert "no dump" not in crashed.stderr


@pytest.mark.parametrize("survivors", ["", "sys", "tibidi", "tibidi.hooks"])
def test_emptied_modules(crash: Crasher, survivors: str) -> None:
    """A program that emptied `sys.modules` is dumped; `sys` is that of the program, not another one without a path."""
    program = f"""
        import sys
        def work(order):
            count = order + 1
            for name in set(sys.modules) - {{{survivors!r}}}:
                del sys.modules[name]
            return count / 0
        work(4711)
    """
    crashed = crash.run("-c", textwrap.dedent(program))

    assert "no dump" not in crashed.stderr
    with Reader(str(crashed.dump)) as reader:
        frame = reader.summary.exceptions[-1].frames[-1]
        assert reader.summary.complete
    assert ["4711", "4712"] == [frame.locals[name].preview for name in ("order", "count")]


@pytest.mark.parametrize("name", ["json", "re", "gc"])
def test_forbidden_module(crash: Crasher, name: str) -> None:
    """A module that the application has forbidden to import is forbidden to tibidi's public imports only."""
    code = (
        f"m = __import__('sys').modules; __import__('atexit').register(lambda: print(m[{name!r}])); m[{name!r}] = None"
    )
    crashed = crash.run("-c", f"{code}; 1 / 0")

    assert "None\n" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


def test_explicit_dump_beside_a_shadowing_module(crash: Crasher) -> None:
    """`tibidi.dump_exception()` works beside a `json.py` as well, without the start hook."""
    (crash.work / "json.py").write_text(SHADOWING, encoding="utf-8")
    program = """
        import json, tibidi
        try:
            1 / 0
        except ZeroDivisionError as error:
            tibidi.dump_exception(error, "explicit.pkl")
        print(json.bookings)
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    ended = crash.run("app.py", env={"TIBIDI_ENABLE": None})

    assert (0, "[]\n", "") == (ended.status, ended.stdout, ended.stderr)
    with Reader(str(crash.work / "explicit.pkl")) as reader:
        assert reader.summary.complete


def test_frozen_and_enumerated_copies(crash: Crasher) -> None:
    """A private copy of `re`, whose enumerations look up their module in `sys.modules`, changes no other one."""
    (crash.work / "re.py").write_text(SHADOWING, encoding="utf-8")
    program = """
        import sys
        sys.modules.pop("re", None)
        import re
        before = set(vars(re))
        import threading
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        print(set(vars(re)) - before, re.bookings)
    """
    (crash.work / "app.py").write_text(textwrap.dedent(program), encoding="utf-8")
    crashed = crash.run("app.py")

    assert "set() []\n" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.parametrize("folder", ["html", "test", "xml", "json"])
def test_folders_that_are_no_packages(crash: Crasher, folder: str) -> None:
    """A folder beside the script with the name of a standard package, but no `__init__.py`, shadows nothing."""
    (crash.work / folder).mkdir()
    (crash.work / "app.py").write_text(
        "import atexit, sys\n"
        "atexit.register(lambda: print([name for name in sys.modules if name.startswith('tibidi.private.')]))\n"
        "1 / 0\n",
        encoding="utf-8",
    )
    crashed = crash.run("app.py")

    assert "[]\n" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


IMPORT_HOOKS = {
    "path hook": """
        from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
        class Loader(SourceFileLoader):
            def get_code(self, name):
                if name.startswith("tibidi"):
                    raise NameError("what beartype and typeguard make of annotations")
                return super().get_code(name)
        sys.path_hooks.insert(0, FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (Loader, [".py"])))
        sys.path_importer_cache.clear()
    """,
    "finder": """
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name.startswith("tibidi"):
                    raise RuntimeError(name)
        sys.meta_path.insert(0, Finder())
    """,
    "modules by name": """
        import types
        class Fake(types.ModuleType):
            def __getattr__(self, name):
                raise OSError("as of pyfakefs")
        for module in [each for name, each in sys.modules.items() if name.startswith("tibidi")]:
            for key, value in list(vars(module).items()):
                if type(value) is types.ModuleType and value.__name__ in ("os", "io", "posixpath"):
                    setattr(module, key, Fake(value.__name__))
    """,
}


@pytest.mark.parametrize("compiled", ["1", None], ids=["source", "compiled"])
@pytest.mark.parametrize("hook", IMPORT_HOOKS)
def test_import_hooks_of_the_application(crash: Crasher, hook: str, compiled: str | None) -> None:
    """What finds, changes or replaces all modules of an application leaves those of tibidi alone."""
    program = "import sys\n" + textwrap.dedent(IMPORT_HOOKS[hook]) + "def work():\n    value = 1\n    1 / 0\nwork()\n"
    (crash.work / "app.py").write_text(program, encoding="utf-8")
    nowhere = str(crash.work / "nothing") if compiled else None
    crashed = crash.run("app.py", env={"PYTHONPYCACHEPREFIX": nowhere, "PYTHONDONTWRITEBYTECODE": "1"})

    assert 1 == len(crashed.dumps), crashed.stderr
    assert "no dump" not in crashed.stderr


def test_builtins_that_are_gone(crash: Crasher) -> None:
    """A sandbox deletes built-in functions that tibidi calls."""
    code = """
def work(value):
    import builtins
    for name in ("all", "any", "chr", "divmod", "filter", "globals", "id", "sorted", "vars"):
        delattr(builtins, name)
    1 / 0
work(5)
"""
    crashed = crash.run("-c", code)

    assert 5 == tibidi.load(crashed.dump, trust=False).exceptions[-1][-1]["value"]


@pytest.mark.parametrize("name", ["__import__", "exec", "getattr", "isinstance", "len", "open"])
def test_builtins_that_raise(crash: Crasher, name: str) -> None:
    """What keeps the import system from working costs the dump, and one line for each crash: it is not tried again."""
    code = f"""
import builtins, time
class Refused(BaseException):
    pass
def refuse(*_, **__):
    raise Refused
class Broken:
    def __del__(self):
        1 / 0
builtins.{name} = refuse
Broken()
time.sleep(0.2)
"""
    crashed = crash.run("-c", code)

    assert (0, 1) == (crashed.status, crashed.stderr.count("Traceback (most")), crashed.stderr
    assert crashed.stderr.count("tibidi") <= 1
    assert [] == list(crashed.directory.glob(".*.life"))


@pytest.mark.parametrize(
    ("setting", "module"),
    [("SNAPSHOT_SIGNAL=USR2", "select"), ("HANG_SECONDS=60", "select"), ("LOGGING=INFO", "weakref")],
)
def test_shadowing_module_with_settings(crash: Crasher, setting: str, module: str) -> None:
    """Hooks that a setting loads at the start, before anything is shadowed, do not import a module of the program."""
    (crash.work / f"{module}.py").write_text("print('executed')", encoding="utf-8")
    (crash.work / "app.py").write_text("import traceback\n1 / 0", encoding="utf-8")
    crashed = crash.run("app.py", env=dict([f"TIBIDI_{setting}".split("=")]))

    assert "" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr
