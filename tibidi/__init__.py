"""Core dumps for Python, opened in any debugger.

On the machine of the crash:

    TIBIDI_ENABLE=1 python app.py            # a crash leaves one small private file
    tibidi.dump_exception(error, "crash.pkl")  # where an exception is caught
    tibidi.set_excepthook()                  # in code, instead of the variable
    tibidi.snapshot()                        # dump the process where it stands, which goes on

On the machine of the developer:

    python -m tbdebug crash.pkl              # a debugger in the crashed frame
    dump = tibidi.load("crash.pkl"); dump.exceptions[-1].frames[-1].locals
    dump.revive()                            # the exception with a real traceback

`python -m tibidi` lists and prints dumps.  Importing this package costs next
to nothing in a process that never crashes: every name is loaded on first use
(PEP 562).  For pytest: PYTEST_DONT_REWRITE.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys

TYPE_CHECKING = False  # the crash side imports this one: typing takes 3 ms to import
if TYPE_CHECKING:
    from tibidi.config import config as config
    from tibidi.config import configure as configure
    from tibidi.dump import Dump as Dump
    from tibidi.dump import DumpedException as DumpedException
    from tibidi.dump import DumpedFrame as DumpedFrame
    from tibidi.errors import BadSetting as BadSetting
    from tibidi.errors import DamagedDump as DamagedDump
    from tibidi.errors import DumpFailed as DumpFailed
    from tibidi.errors import DumpNotFound as DumpNotFound
    from tibidi.errors import NewerFormat as NewerFormat
    from tibidi.errors import NotADump as NotADump
    from tibidi.errors import TibidiError as TibidiError
    from tibidi.hooks import set_excepthook as set_excepthook
    from tibidi.hooks import uninstall as uninstall
    from tibidi.living import dump_exception as dump_exception
    from tibidi.living import snapshot as snapshot
    from tibidi.loader import load as load
    from tibidi.model import Omission as Omission
    from tibidi.plugins.ipython import load_ipython_extension as load_ipython_extension
    from tibidi.reading.missing import ModuleStub as ModuleStub
    from tibidi.words.standins import Cut as Cut
    from tibidi.words.standins import Dummy as Dummy
    from tibidi.words.standins import NotPickleable as NotPickleable
    from tibidi.words.standins import Redacted as Redacted

__version__ = "1.1.0"

# The names that each module defines.
_NAMES = {
    "errors": "BadSetting DamagedDump DumpFailed DumpNotFound NewerFormat NotADump TibidiError",
    "words.standins": "Cut Dummy NotPickleable Redacted",
    "dump": "Dump DumpedException DumpedFrame",
    "reading.missing": "ModuleStub",
    "model": "Omission",
    "config": "config configure",
    "loader": "load",
    "hooks": "set_excepthook uninstall",
    "living": "dump_exception snapshot",
    "plugins.ipython": "load_ipython_extension",
}
if "tibidi.process" in sys.modules:  # the start hook loads it before this package
    setattr(sys.modules[__name__], "process", sys.modules["tibidi.process"])  # noqa: B010 - a submodule, for mypy


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name == "__all__":
        return __dir__()
    module = next((f"tibidi.{module}" for module, names in _NAMES.items() if name in names.split()), None)
    if module is None and name[:1] == "_" != name[1:2]:  # pickles name the functions of vocabulary
        module = "tibidi.words.vocabulary"
    if module is None:
        raise AttributeError(f"module 'tibidi' has no attribute {name!r}")
    if name in ("dump_exception", "snapshot"):
        from tibidi.process import reserve

        with reserve:  # there may be no descriptor left
            from tibidi.process.imports import import_module
            from tibidi.process.temporary import headroom

            with headroom():  # the dumper imports much, perhaps at the bottom of a recursion
                import_module(module)
    else:
        __import__(module)  # importing importlib would cost 0.3 ms at each start
    if name != "config":  # the import has set the module as an attribute of this package
        globals()[name] = getattr(sys.modules[module], name)
    return globals()[name]


def __dir__() -> list[str]:
    # Tools such as freezegun get all that a module lists: a process that crashes must not import IPython for that.
    return sorted({*" ".join(_NAMES.values()).split()} - {"load_ipython_extension"})
