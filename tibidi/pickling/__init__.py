"""Values <-> bytes: pass two of a dump, and the way back.

`values` writes, `unpickler` reads; `vocabulary` is the language they share.
"""
