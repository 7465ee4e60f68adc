"""What few exceptions have besides a message: attributes, and notes (PEP 678) as Python prints them.

`str()` of a note that is not a text, and a property `__notes__`, are code of the
application: both are called in a worker, like the `__str__` that makes a message.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.capture.messages import patience
from tibidi.look import anatomy
from tibidi.model import TOO_LARGE, Omission, Variable
from tibidi.process.temporary import call
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.look.preview import Previewer

MAX_ATTRIBUTES = 50
MAX_CHARACTERS = 300
NOTES = "__notes__"
MAX_NOTES = 100
CONTAINERS = (dict, frozenset, list, set, tuple)
FAILURE = "<note str() failed>"  # as Python prints it
IS_3_11 = sys.version_info[:2] == (3, 11)  # Python/pythonrun.c, print_exception_notes


def described(exception: BaseException, path: str, previewer: Previewer) -> dict[str, Variable]:
    """Preview the attributes of the exception at `path`."""
    return {
        ascii_safe(name): previewer.variable(name, value, f"{path}.{name}", MAX_CHARACTERS)
        for name, value in list(attributes(exception).items())[:MAX_ATTRIBUTES]
    }


def attributes(exception: BaseException) -> dict[str, object]:
    """Return the fields of a type, and what was set on the exception; `args` if there are several."""
    own = {name: value for name, value in anatomy.dictionary(exception).items() if type(name) is str and name != NOTES}
    fields = {**anatomy.exception_attributes(exception, anatomy.stored(type(exception))), **own}
    left_out = {*anatomy.CHAIN[1:], *(("message", "exceptions") if anatomy.is_group(type(exception)) else ())}
    arguments = fields.get("args", ())
    if type(arguments) is tuple and len(arguments) < 2:
        left_out.add("args")
    return {name: value for name, value in fields.items() if name not in left_out}


def notes(
    exception: BaseException, path: str, show: Callable[[object], str], deadline: float, omissions: list[Omission]
) -> list[str]:
    """Return the notes of an exception, and add an omission if there are too many; `show` previews containers."""
    found = _found(exception, deadline)
    if found is None and (sys.version_info >= (3, 13) or NOTES not in anatomy.dictionary(exception)):
        return []
    if type(found) is str:
        found = tuple(found) if IS_3_11 else (repr(found),)
    elif type(found) is not list and type(found) is not tuple:
        return [_text(found, repr, show, deadline)]
    excess = len(found) - MAX_NOTES
    if excess > 0:
        omissions.append(Omission(f"{path}.notes", TOO_LARGE, f"{excess} notes more"))
    return [_text(note, str, show, deadline) for note in found[:MAX_NOTES]]


def has_unended_notes(exception: BaseException) -> bool:
    """Return True where Python prints no line end after the notes: they are no sequence, and this is 3.11."""
    own = anatomy.dictionary(exception).get(NOTES, ())
    return IS_3_11 and anatomy.exact_type(own) not in {list, tuple, str}


def _found(exception: BaseException, deadline: float) -> object:
    own = anatomy.dictionary(exception)
    if NOTES in own:
        return own[NOTES]
    found: object = anatomy.inherited(type(exception), NOTES)
    if not any("__get__" in anatomy.namespace(base) for base in anatomy.mro(type(found))):
        return found
    try:
        return call(lambda: getattr(exception, NOTES), patience(deadline))
    except BaseException:  # noqa: BLE001 - a property of the application; Python prints no notes then
        return ()


def _text(note: object, words: Callable[[object], str], show: Callable[[object], str], deadline: float) -> str:
    if type(note) is str:
        return note
    if anatomy.exact_type(note) in CONTAINERS:
        return show(note)  # redacted by the names in it
    try:
        return call(lambda: str(words(note)), patience(deadline))
    except BaseException:  # noqa: BLE001 - application code, which may even exit
        return FAILURE
