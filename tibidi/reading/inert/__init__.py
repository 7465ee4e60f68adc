"""Read untrusted values: nothing that a file names is imported or called.

`unpickler` reads the pickles of one dump in turn, after `fuse` has tried each in a process of its own (`child`).
`names` has what a pickle gets for a name: a proxy of a plain type (`proxies`, `plain`), a word of the format
(`makers`), or an inert class.  `classes` and `exceptions` have what classes become, `arrays` and `tables` the functions
of numpy and pandas, and `types` the inert objects that anything else becomes.
"""

from __future__ import annotations

import struct

# Before each pickle, `fuse` sends its length, the size of the memo before it, the seconds and the bytes of memory.
HEADER = struct.Struct("<QqdQ")
GO_ON = -1  # the memo is what the pickles before have made it
