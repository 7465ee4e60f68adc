"""Core dumps for Python, opened in any debugger.

A crash leaves one small private file; a developer opens it elsewhere and
stands in the crashed frame.  Importing this package must cost next to
nothing on a machine that never crashes, so every public name is loaded on
first use (PEP 562).
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys

TYPE_CHECKING = False  # as typing's, which takes 3 ms to import; the crash side has it from here
if TYPE_CHECKING:
    from tibidi.config import config as config
    from tibidi.config import configure as configure
    from tibidi.dump import Dump as Dump
    from tibidi.dumper import dump_exception as dump_exception
    from tibidi.errors import BadSetting as BadSetting
    from tibidi.errors import DamagedDump as DamagedDump
    from tibidi.errors import DumpFailed as DumpFailed
    from tibidi.errors import DumpNotFound as DumpNotFound
    from tibidi.errors import NewerFormat as NewerFormat
    from tibidi.errors import NotADump as NotADump
    from tibidi.errors import TibidiError as TibidiError
    from tibidi.hooks import set_excepthook as set_excepthook
    from tibidi.hooks import uninstall as uninstall
    from tibidi.loader import load as load
    from tibidi.reading.missing import ModuleStub as ModuleStub
    from tibidi.words.standins import Dummy as Dummy
    from tibidi.words.standins import NotPickleable as NotPickleable

__version__ = "1.0.0"

__all__ = [
    "BadSetting",
    "DamagedDump",
    "Dummy",
    "Dump",
    "DumpFailed",
    "DumpNotFound",
    "ModuleStub",
    "NewerFormat",
    "NotADump",
    "NotPickleable",
    "TibidiError",
    "config",
    "configure",
    "dump_exception",
    "load",
    "set_excepthook",
    "uninstall",
]

_HOMES = {
    "BadSetting": "tibidi.errors",
    "DamagedDump": "tibidi.errors",
    "Dummy": "tibidi.words.standins",
    "Dump": "tibidi.dump",
    "DumpFailed": "tibidi.errors",
    "DumpNotFound": "tibidi.errors",
    "ModuleStub": "tibidi.reading.missing",
    "NewerFormat": "tibidi.errors",
    "NotADump": "tibidi.errors",
    "NotPickleable": "tibidi.words.standins",
    "TibidiError": "tibidi.errors",
    "configure": "tibidi.config",
    "dump_exception": "tibidi.dumper",
    "load": "tibidi.loader",
    "set_excepthook": "tibidi.hooks",
    "uninstall": "tibidi.hooks",
    # What pickles name beside the above.
    "Cut": "tibidi.words.standins",
    "Redacted": "tibidi.words.standins",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    home = "tibidi.config" if name == "config" else _HOMES.get(name)
    if home is None and name[:1] == "_" != name[1:2]:  # a word of our pickles
        home = "tibidi.words.vocabulary"
    if home is None:
        raise AttributeError(f"module 'tibidi' has no attribute {name!r}")
    if name == "dump_exception":
        from tibidi.process.imports import import_module
        from tibidi.process.temporary import headroom

        with headroom():  # the dumper imports much, perhaps at the bottom of a recursion
            import_module(home)
    else:
        __import__(home)  # not importlib, which takes a third of a millisecond at each start
    if name != "config":  # a module is an attribute of its package by now
        globals()[name] = getattr(sys.modules[home], name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
