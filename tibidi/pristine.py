"""The standard library as it was at the start, whatever is patched later.

Test suites and freezing libraries replace `os.path.exists`, `open` or
`time.time` while our hook may have to write a dump.  So the capture side
takes what it needs from here: copies of the modules whose functions stay what
they were when this module was imported (the idea is that of coverage.py's
`isolate_module`).  Imported at the start, it must cost next to nothing.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys as _sys

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
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

# The settings as they were, too; `tibidi.config` reads them when something asks for one.
environ = {_name: _text for _name, _text in os.environ.items() if _name.startswith("TIBIDI_")}
