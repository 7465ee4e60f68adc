"""What was there at the start, whatever is patched or changed later.

Test suites and freezing libraries replace `os.path.exists`, `open` or
`time.time` while our hook may have to write a dump.  So the capture side
takes what it needs from here: copies of the modules whose functions stay what
they were when this module was imported (the idea is that of coverage.py's
`isolate_module`); the settings; and where modules are imported from.
Imported at the start, it must cost next to nothing.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys as _sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    import io as io
    import os as os
    import time as time
else:

    def _isolated(name):
        """Return a copy of a module with the attributes that it has now, submodules copied likewise."""
        module = __import__(name)
        copy = type(_sys)(name, module.__doc__)
        copy.__dict__.update(module.__dict__)
        return copy

    os = _isolated("os")
    os.path = _isolated("posixpath" if os.name == "posix" else "ntpath")
    time = _isolated("time")
    io = _isolated("io")

# The settings; `tibidi.config` reads them when something asks for one.
environ = {_name: os.environ[_name] for _name in os.environ if _name.startswith("TIBIDI_")}

# `sys.path`, the program's directory apart: a `json.py` in it must not be ours.  The start hook runs before
# that is in `sys.path`, code that calls `set_excepthook()` runs after.
_main = getattr(_sys.modules.get("__main__"), "__file__", None)
_programs = {"", os.path.dirname(os.path.abspath(_main)) if isinstance(_main, str) else ""}
start_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry not in _programs]
program_path = [_entry for _entry in _sys.path if isinstance(_entry, str) and _entry in _programs]
