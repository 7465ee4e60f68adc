"""Crash in many ways, to compare the traceback in the dump with the one that Python prints.

The files in `tracebacks` have the programs.  Run with the names of some, this
prints a line of JSON for each: its name, the text that Python prints, and
`traceback.txt`.
"""

import io
import json
import os
import sys
import zipfile

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tracebacks")


def programs():
    """Return the source of each program that this version of Python can run, by its name."""
    found = {}
    for file in sorted(os.listdir(FILES)):
        with open(os.path.join(FILES, file), encoding="utf-8") as text:
            for block in text.read().split("### ")[1:]:
                head, _, source = block.partition("\n")
                name, _, since = head.partition(" since ")
                if tuple(map(int, since.split("."))) <= sys.version_info if since else True:
                    found[name] = source
    return found


def crash(name, source):
    """Run a program; return what Python prints for its crash, and the traceback in its dump."""
    import tibidi

    sys.path[0] = os.getcwd()
    file = f"{name}.py"
    with open(file, "w", encoding="utf-8", newline="") as program:
        program.write(source)
    module = type(sys)("__main__")
    module.__file__ = file
    sys.modules["__main__"] = module
    limit = sys.getrecursionlimit()
    try:
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next  # without the frame of this function
        sys.setrecursionlimit(limit)
        printed = as_printed(error)
        with zipfile.ZipFile(tibidi.dump_exception(error, f"{name}.pkl")) as archive:
            told = archive.read("traceback.txt") if "traceback.txt" in archive.namelist() else b""
            return printed, told.decode("utf-8")
    finally:
        vars(sys).pop("tracebacklimit", None)
    raise AssertionError(f"{name} did not crash")


def as_printed(error):
    """Return what the interpreter prints on stderr, which replaces what cannot be encoded."""
    before, sys.stderr = sys.stderr, io.StringIO()
    try:
        sys.__excepthook__(type(error), error, error.__traceback__)
        return sys.stderr.getvalue().encode("utf-8", "backslashreplace").decode("utf-8")
    finally:
        sys.stderr = before


if __name__ == "__main__":
    known = programs()
    if sys.argv[1:] == ["--list"]:
        print("\n".join(known))
    else:
        for each in sys.argv[1:] or known:
            print(json.dumps([each, *crash(each, known[each])]))
