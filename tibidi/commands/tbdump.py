"""`tbdump`: run a program as the interpreter would, and dump the exception that ends it.

Strategy: the program runs in this process, in a fresh `__main__`, so that its classes pickle by that name.  It has the
names that `python SCRIPT`, `python -m` and `python -c` give it (CPython's pymain_run_python() and runpy).  Below its
frames is one frame of tibidi, which is removed from tracebacks.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, ModuleSpec, PathFinder, SourceFileLoader
from io import open_code
from types import CodeType, ModuleType

from tibidi import commands, hooks
from tibidi.errors import TibidiError
from tibidi.process import traceback_of

DEFAULT_OUTPUT = "traceback.pkl"
CRASHED = 1
USAGE = "python -m tbdump [-h] [-o FILE] SCRIPT | -m MODULE | -c CODE [ARGS ...]"
EXAMPLES = """\
python -m tbdump divide.py 5 0
python -m tbdump -o crash.pkl -m package.module --its-option
python -m tbdebug traceback.pkl
"""


class NoProgram(TibidiError):
    """There is no program to run, or it cannot be run."""

    default_hint = f"usage: {USAGE}"


class Program:
    """A program ready to run: its code, `__main__`, `sys.argv[0]` and `sys.path[0]`."""

    def __init__(self, code: CodeType, name: str, folder: str, **facts: object) -> None:
        self.name = name
        self.folder = folder
        self._code = code
        if sys.version_info >= (3, 15):
            facts.pop("__cached__", None)
        self.main = ModuleType("__main__")  # in which `__spec__` and `__package__` are None
        own: dict[str, object] = {} if sys.version_info >= (3, 14) else {"__annotations__": {}}  # lazy from 3.14 on
        self.main.__dict__.update(own, __builtins__=builtins, **facts)

    def run(self, arguments: Sequence[str], output: str) -> int:
        """Run the program, with its crash dumped to `output`; return the exit status, or raise its SystemExit."""
        sys.modules["__main__"] = self.main
        hooks.set_excepthook(output)  # before the program's own modules can be imported
        sys.argv[:] = [self.name, *arguments]
        if not is_path_safe():
            sys.path.insert(0, self.folder)
        try:
            exec(self._code, self.main.__dict__)  # noqa: S102 - the purpose of the command
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:  # noqa: BLE001 - any exception can end a program
            tb = traceback_of(exc)
            _end(BaseException.with_traceback(exc, tb and tb.tb_next), output)  # without the frame of this function
            return CRASHED
        return 0


def main(argv: commands.Arguments | None = None) -> int:
    """Run the program that the arguments name; return its exit status, or raise its SystemExit."""
    try:
        kind, target, arguments, output = _parse(sys.argv[1:] if argv is None else argv)
        program = {"c": _from_text, "m": _from_module, "": _from_path}[kind](target)
    except TibidiError as error:
        return commands.print_error(error, "tbdump")
    except Exception as error:  # noqa: BLE001 - an error in the program: its syntax, or its package
        hooks.set_excepthook(output)
        _end(error, output)
        return CRASHED
    return program.run(arguments, output)


def is_path_safe() -> bool:
    """Return True if the program's directory must not be in `sys.path` (-P, -I)."""
    return bool(sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _end(exc: BaseException, output: str) -> None:
    """Handle an exception that ends a program as the interpreter does; dump it if the hook did not."""
    tb = traceback_of(exc)
    sys.last_type, sys.last_value, sys.last_traceback = type(exc), exc, tb
    if sys.version_info >= (3, 12):
        sys.last_exc = exc
    try:
        sys.excepthook(type(exc), exc, tb)
    except Exception:  # noqa: BLE001 - from a hook of the program; the interpreter prints the same
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(*sys.exc_info())
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(exc), exc, tb)
    if not hooks.is_hook(sys.excepthook):
        hooks.report(exc, hooks.LEFTOVER, settings=hooks.Settings(output))


def _parse(argv: commands.Arguments) -> tuple[str, str, list[str], str]:
    """Return the kind of program ("m", "c" or ""), its name, its arguments, and the path of the dump."""
    parser = commands.parser("tbdump", "Run a program, and dump the exception that ends it.", EXAMPLES, USAGE)
    parser.add_argument(
        "-o", "--output", metavar="FILE", default=DEFAULT_OUTPUT, help="path of the dump; default: %(default)s"
    )
    own, rest = _split(list(argv))
    output = parser.parse_args(own).output
    if not rest:
        raise NoProgram("no program to run")
    if rest[0] not in {"-m", "-c"}:
        return "", rest[0], rest[1:], output
    if len(rest) == 1:
        raise NoProgram(f"{rest[0]} needs an argument")
    return rest[0][1], rest[1], rest[2:], output


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Separate the options of tbdump, which come first, from the program and its arguments."""
    index = 0
    while index < len(argv) and argv[index].startswith("-") and argv[index] not in {"-", "--"}:
        if argv[index][:2] in {"-m", "-c"}:
            word = argv[index]
            joined = [word[:2], word[2:]] if word[2:] else [word]
            return argv[:index], [*joined, *argv[index + 1 :]]
        index += 2 if argv[index] in {"-o", "--output"} else 1
    own = argv[:index]
    return own, argv[index + 1 :] if argv[index : index + 1] == ["--"] else argv[index:]


def _from_text(text: str) -> Program:
    code = compile(text, "<string>", "exec", dont_inherit=True)
    return Program(code, "-c", "", __loader__=BuiltinImporter)


def _from_path(path: str) -> Program:
    """Prepare a script, a compiled script, or a directory or zip file that contains `__main__.py`."""
    if not os.path.exists(path):
        raise NoProgram(f"cannot open {path!r}: no such file")
    spec = PathFinder.find_spec("__main__", [os.path.abspath(path)])
    if spec is not None:
        return _from_spec(spec, path, os.path.abspath(path))
    if os.path.isdir(path):
        raise NoProgram(f"cannot run {path!r}: there is no __main__.py in it")
    absolute = os.path.join(os.getcwd(), path)  # not normalised: the interpreter does not either
    loader, folder = SourceFileLoader("__main__", absolute), os.path.dirname(os.path.realpath(path))
    return Program(_code_of(absolute), path, folder, __file__=absolute, __cached__=None, __loader__=loader)


def _code_of(path: str) -> CodeType:
    try:
        with open_code(path) as file:
            code: CodeType | None = pkgutil.read_code(file)
        if code is None:  # not a compiled script
            with open_code(path) as file:
                code = compile(file.read(), path, "exec", dont_inherit=True)
    except OSError as error:
        raise NoProgram(f"cannot open {path!r}: {error.strerror}") from None
    return code


def _from_module(name: str) -> Program:
    folder = os.getcwd()
    if not is_path_safe():
        sys.path.insert(0, folder)
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            name = f"{name}.__main__"
            spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):  # what a package of the application imports
            raise
        raise NoProgram(f"cannot find module {name!r}: {error}") from None
    finally:
        if not is_path_safe():
            sys.path.remove(folder)
    if spec is None:
        raise NoProgram(f"no module named {name!r}")
    return _from_spec(spec, spec.origin or name, folder)


def _from_spec(spec: ModuleSpec, name: str, folder: str) -> Program:
    get_code = getattr(spec.loader, "get_code", None)
    code = get_code(spec.name) if get_code else None
    if code is None:
        raise NoProgram(f"cannot run {spec.name!r}: it has no Python code")
    facts = {"__file__": spec.origin, "__cached__": spec.cached, "__loader__": spec.loader, "__spec__": spec}
    return Program(code, name, folder, __package__=spec.parent, **facts)
