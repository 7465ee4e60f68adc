"""Code objects across versions of Python: found again in the captured sources, or lost with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import CodeType

from tibidi.process.records import NamedTuple
from tibidi.words.code import CodeKey, key_of, walk

# Reasons for which bytecode cannot be used.
OTHER_VERSION = "it was compiled by another version of Python"
REDACTED = "its bytecode was left out for a secret in it"


class LostCode(NamedTuple):
    """A stand-in for a code object that this interpreter cannot have."""

    key: CodeKey
    reason: str


class Compiler:
    """Finds code objects in the captured sources, each of which it compiles once."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._compiled = cache(self._compile)

    def find(self, key: CodeKey, why: str = OTHER_VERSION) -> CodeType | LostCode:
        """Return the code object that `key` describes, or a LostCode with the reasons: `why`, and the source's."""
        found = self._compiled(key.file)
        if isinstance(found, str):
            return LostCode(key, f"{why}, and {found}")
        fits = [code for code in found.get((key.name, key.first_line), ()) if code.co_freevars == key.free_names]
        if not fits:
            return LostCode(key, f"{why}, and it is not in the captured source")
        alike = [likeness(key_of(code), key) for code in fits]
        best = [code for code, each in zip(fits, alike) if each == max(alike)]
        if any(_content(code) != _content(best[0]) for code in best):
            return LostCode(key, f"{why}, and several on its line look like it")
        return best[0]

    def variables(self, file: str, name: str, first_line: int) -> set[str]:
        """Return the names of the local variables of the functions of that name that begin on this line."""
        found = self._compiled(file)
        codes = () if isinstance(found, str) else found.get((name, first_line), ())
        return {each for code in codes for each in (*code.co_varnames, *code.co_cellvars)}

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


def likeness(one: CodeKey, other: CodeKey) -> tuple[bool, bool, int]:
    """Return how well `one` fits; several lambdas on one line differ in names, variables or constants."""
    different = {repr(each) for each in one.constants} ^ {repr(each) for each in other.constants}
    return one.variables == other.variables, set(one.names) == set(other.names), -len(different)


def _content(code: CodeType) -> tuple[object, ...]:
    """Return what a code object does, without its place."""
    constants = [_content(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames
