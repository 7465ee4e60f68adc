"""What an exception holds besides its message; most hold nothing."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import CHAIN
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import exception_attributes
from tibidi.look.anatomy import is_group
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from tibidi.look.preview import Previewer
    from tibidi.model import Variable

MAX_ATTRIBUTES = 50
MAX_CHARACTERS = 300


def described(exception: BaseException, path: str, previewer: Previewer) -> dict[str, Variable]:
    """Preview the attributes of the exception at `path`."""
    return {
        ascii_safe(name): previewer.variable(name, value, f"{path}.{name}", MAX_CHARACTERS)
        for name, value in list(attributes(exception).items())[:MAX_ATTRIBUTES]
    }


def attributes(exception: BaseException) -> dict[str, object]:
    """Return the fields of a type, and what was set on the exception; `args` if there are several."""
    own = {name: value for name, value in dictionary(exception).items() if type(name) is str and name != "__notes__"}
    fields = {**exception_attributes(exception), **own}
    left_out = {*CHAIN[1:], *(("message", "exceptions") if is_group(type(exception)) else ())}
    arguments = fields.get("args", ())
    if type(arguments) is tuple and len(arguments) < 2:
        left_out.add("args")
    return {name: value for name, value in fields.items() if name not in left_out}
