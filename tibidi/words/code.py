"""How a code object is written, and identified in another compilation of its source.

Bytecode works on one version only, and running that of another one crashes the interpreter.  So a code object is
written as its bytes, for the same version, and with a key that finds it in a fresh compilation of its source: file,
names, first line and, to tell several on one line apart, variables and constants.
"""

from __future__ import annotations

import marshal
from _frozen_importlib_external import MAGIC_NUMBER
from types import CodeType

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Constants that are the same in every version, and small.
PLAIN = (int, float, complex, bool, type(None))
MAX_CONSTANT_CHARS = 80


class CodeKey(NamedTuple):
    """Identifies a code object in another compilation of the same source."""

    file: str
    qualname: str
    name: str
    first_line: int
    free_names: tuple[str, ...]
    names: tuple[str, ...]
    variables: tuple[str, ...]
    constants: tuple[object, ...]


def pack(code: CodeType) -> tuple[object, ...]:
    """Return the arguments of `_code` for `code`; raise ValueError for constants that no source can contain."""
    return (MAGIC_NUMBER, marshal.dumps(code), *key_of(code))


def key_of(code: CodeType) -> CodeKey:
    """Return the key of `code`."""
    constants = tuple(constant for constant in code.co_consts if _is_plain(constant))
    return CodeKey(
        code.co_filename,
        getattr(code, "co_qualname", code.co_name),  # 3.11
        code.co_name,
        code.co_firstlineno,
        code.co_freevars,
        code.co_names,
        code.co_varnames,
        constants,
    )


def _is_plain(constant: object) -> bool:
    return type(constant) in PLAIN or (type(constant) is str and len(constant) <= MAX_CONSTANT_CHARS)


def walk(code: CodeType) -> Iterator[CodeType]:
    """Yield `code` and every code object within it."""
    pending = [code]
    while pending:
        code = pending.pop()
        yield code
        pending.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))
