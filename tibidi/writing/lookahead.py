"""Look at the texts of a large value together before it is filtered: to ask about each takes most of the time.

The texts are found as the garbage collector finds objects, which runs no code
of the application.  Loaded for the first large value that may contain a secret.
"""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import contents, is_a
from tibidi.look.classes import SHIPPED
from tibidi.process import time
from tibidi.redaction.scanning import sifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_OBJECTS = 500_000
MAX_SECONDS = 0.3
LONGEST_TEXT = 32 << 10
# Objects of these types are pickled by name, or refer to hardly any text.
CLOSED = (BuiltinFunctionType, FrameType, FunctionType, ModuleType, type, str, bytes, int, float)


def clean_texts(value: object, suspects: Callable[[bytes, bytes], bool]) -> Iterator[str]:
    """Yield the texts in a value among which `suspects` finds no secret, as many as are found in a short time."""
    for text, is_suspected in sifted(_texts(value, time.monotonic() + MAX_SECONDS), suspects):
        if not is_suspected:
            yield text


def _texts(value: object, until: float) -> Iterator[str]:
    found: set[str] = set()
    reached, seen = [value], {id(value)}
    parts = (name.rpartition(".") for name in SHIPPED)
    shipped = (contents(sys.modules.get(module)).get(name) for module, _, name in parts)
    closed = (*CLOSED, *(each for each in shipped if is_a(each, type)))
    while reached and len(seen) < MAX_OBJECTS and time.monotonic() < until:
        referents = gc.get_referents(*reached)
        texts = {each for each in referents if type(each) is str and len(each) <= LONGEST_TEXT} - found
        found |= texts
        yield from texts
        others = {id(each): each for each in referents if not issubclass(type(each), closed)}
        reached = [each for ident, each in others.items() if ident not in seen]
        seen |= others.keys()
