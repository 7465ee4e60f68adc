"""Code objects across versions of Python.

Bytecode is good for one version only, and running that of another crashes the
interpreter.  So a code object is kept as its bytes, for the same version, and
as what it takes to find it again in a fresh compilation of its source: file,
names, first line and, among several on one line, variables and constants.
"""

from __future__ import annotations

import marshal
from _frozen_importlib_external import MAGIC_NUMBER
from types import CodeType

from tibidi import TYPE_CHECKING
from tibidi.words.vocabulary import CodeKey
from tibidi.words.vocabulary import LostCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

# Constants that are the same in every version, and small.
PLAIN = (int, float, complex, bool, type(None))
MAX_CONSTANT_CHARS = 80
# Why bytecode cannot be used.
OTHER_VERSION = "it was compiled by another version of Python"
SPOILT = "its bytecode was left out for a secret in it"


def pack(code: CodeType) -> tuple[object, ...]:
    """Return the arguments of `_code` for `code`; raise ValueError for one that holds what no source can."""
    return (MAGIC_NUMBER, marshal.dumps(code), *key_of(code))


def key_of(code: CodeType) -> CodeKey:
    """Return how `code` is known again."""
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


class Compiler:
    """Finds code objects in sources that were captured, compiled once each."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._compiled: dict[str, dict[tuple[str, int], list[CodeType]] | str] = {}

    def find(self, key: CodeKey, why: str = OTHER_VERSION) -> CodeType | LostCode:
        """Return the code object that `key` describes, or what says why it cannot be had: `why`, and no source."""
        found = self._codes(key.file)
        if isinstance(found, str):
            return LostCode(key, f"{why}, and {found}")
        fits = [code for code in found.get((key.name, key.first_line), ()) if code.co_freevars == key.free_names]
        if not fits:
            return LostCode(key, f"{why}, and it is not in the captured source")
        return max(fits, key=lambda code: likeness(key_of(code), key))

    def _codes(self, file: str) -> dict[tuple[str, int], list[CodeType]] | str:
        if file not in self._compiled:
            self._compiled[file] = self._compile(file)
        return self._compiled[file]

    def _compile(self, file: str) -> dict[tuple[str, int], list[CodeType]] | str:
        text = self._sources.get(file)
        if text is None:
            return "its source is not in the dump"
        try:
            module = compile(text, file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"its source cannot be compiled here: {error}"
        codes: dict[tuple[str, int], list[CodeType]] = {}
        for code in walk(module):
            codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
        return codes


def walk(code: CodeType) -> Iterator[CodeType]:
    """Yield `code` and every code object within it."""
    pending = [code]
    while pending:
        code = pending.pop()
        yield code
        pending.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))


def likeness(one: CodeKey, other: CodeKey) -> tuple[bool, bool, int]:
    """Return how well `one` fits; several lambdas on one line differ in names, variables or constants."""
    ours, theirs = {repr(each) for each in one.constants}, {repr(each) for each in other.constants}
    names = set(one.names) == set(other.names)
    return one.variables == other.variables, names, -len(ours ^ theirs)
