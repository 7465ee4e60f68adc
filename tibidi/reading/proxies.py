"""Say where the object of a proxy is, if it is elsewhere in the dump.

A `LocalProxy` of werkzeug, such as `request` of Flask, is not evaluated at a
crash: that runs code of the library, and its object may be gone from the
context by then.  But a frame holds the context, which has the object as an
attribute of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.look.anatomy import dictionary
from tibidi.words.standins import Dummy, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tibidi.dump import DumpedException

PROXY = "werkzeug.local.LocalProxy"


def point_to_objects(exceptions: Sequence[DumpedException], modules: Iterable[Mapping[str, object]]) -> None:
    """Add the path of its object to each proxy among the variables of frames and modules."""
    for namespace in [*(frame.locals for stack in exceptions for frame in stack), *modules]:
        for name, value in namespace.items():
            if type(value) is Dummy and value.type_name == PROXY:
                path = next(_objects(name, exceptions), None)
                value.reason = f"not evaluated, but its object is {path}" if path else value.reason


def _objects(name: str, exceptions: Sequence[DumpedException]) -> Iterator[str]:
    """Yield the paths of attributes of this name, those of variables of the innermost frame first."""
    for number, stack in enumerate(exceptions):
        for at, frame in reversed(list(enumerate(stack))):
            found = {variable: dictionary(value).get(name) for variable, value in frame.locals.items()}
            known = [variable for variable, value in found.items() if not isinstance(value, (StandIn, type(None)))]
            yield from (f"exceptions[{number}].frames[{at}][{variable!r}].{name}" for variable in known)
