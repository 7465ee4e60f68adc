"""The names in our pickles besides those of the application: the format.

A pickle is a program: it names functions and calls them.  Internals of cloudpickle change from release to release, so
our pickles name the words below instead, as `tibidi._function` and so on.  Every word stays readable in all later
versions.  A crash needs only the names; the two readers define what they make: `tibidi.reading.makers` (live) and
`tibidi.reading.inert`.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class Word:
    """A name of the format: pickled as a global of `tibidi`; a call calls its maker in the live reader."""

    __module__ = "tibidi"

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name
        WORDS[name] = self

    def __reduce__(self) -> str:
        return self.__name__

    def __repr__(self) -> str:
        return f"<word tibidi.{self.__name__}>"

    def __call__(self, *arguments: object) -> Any:
        """Call the maker; only a plain `pickle.loads`, which has no reader, gets here."""
        __import__("tibidi.reading.makers")  # never at a crash
        return sys.modules["tibidi.reading.makers"].MAKERS[self.__name__](*arguments)


PROTOCOL = 5
# How pickles begin: with the opcode of the protocol, and in most of them that of a frame with its length (PEP 3154).
START = b"\x80\x05"
FRAME, FRAME_BYTES = b"\x95", 9

WORDS: dict[str, Word] = {}
# As the layout of a class in `_reference`: a tuple that C code makes of (fields, hidden fields by name).
STRUCT_SEQUENCE = "struct sequence"

_array = Word("_array")
_attribute = Word("_attribute")
_cached = Word("_cached")
_cell = Word("_cell")
_cell_state = Word("_cell_state")
_class = Word("_class")
_class_state = Word("_class_state")
_code = Word("_code")
_dtype = Word("_dtype")
_dynamic_module = Word("_dynamic_module")
_dynamic_module_state = Word("_dynamic_module_state")
_enum = Word("_enum")
_exception = Word("_exception")
_exception_state = Word("_exception_state")
_field = Word("_field")
_function = Word("_function")
_function_state = Word("_function_state")
_items = Word("_items")
_keys = Word("_keys")
_made = Word("_made")
_member = Word("_member")
_member_state = Word("_member_state")
_module = Word("_module")
_namespace = Word("_namespace")
_native, _native_state = Word("_native"), Word("_native_state")
_part = Word("_part")
_reference = Word("_reference")
_same = Word("_same")
_scalar = Word("_scalar")
_slots_state = Word("_slots_state")
_table = Word("_table")
_type = Word("_type")
_typevar = Word("_typevar")
_values = Word("_values")
_view = Word("_view")
_weak = Word("_weak")
_weak_state = Word("_weak_state")
_weakref = Word("_weakref")
