"""Say where the object of a proxy is, if it is elsewhere in the dump.

A `LocalProxy` of werkzeug, such as `request` of Flask, is not evaluated at a crash: that runs code of the library, and
its object may be gone from the context by then.  But a frame holds the context, which has the object as an attribute of
the same name, or that of the application, which has `g`.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.words.standins import Dummy, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tibidi.dump import DumpedException

PROXY = "werkzeug.local.LocalProxy"
# Of the attributes of contexts, other than the name of the proxy.
ATTRIBUTES = {"current_app": ("app",), "session": ("session", "_session")}


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
            for variable, value in frame.locals.items():
                steps = [
                    f"{step}.{attribute}"
                    for step, holder in _holders(value)
                    for attribute in ATTRIBUTES.get(name, (name,))
                    if not isinstance(dictionary(holder).get(attribute), (StandIn, type(None)))
                ]
                yield from (f"exceptions[{number}].frames[{at}][{variable!r}]{step}" for step in steps)


def _holders(value: object) -> Iterator[tuple[str, object]]:
    """Yield a value, and of a context of Flask those that it has pushed, with the steps that lead to them."""
    yield "", value
    pushed = dictionary(value).get("_cv_tokens")
    for number, token in enumerate(pushed if type(pushed) is list else ()):
        if type(token) is tuple:
            yield from ((f"._cv_tokens[{number}][{at}]", each) for at, each in enumerate(token))
