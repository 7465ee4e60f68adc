"""The whole chain or tree of exceptions, raised again for real.

Rules
-----
- Each exception is raised in its own revived stack and caught by us, so its
  traceback has the right frames, the right `f_back` and, since Python 3.11,
  the positions that the carets are drawn from.
- Raising writes `__context__`, so links are put back afterwards: context,
  then cause, then `__suppress_context__`, which setting a cause sets.
- All links go through the descriptors of BaseException: an exception class
  of the application may refuse attributes (a frozen dataclass does).
"""

from __future__ import annotations

import re
from types import TracebackType
from typing import TYPE_CHECKING

from tibidi.look.anatomy import GROUP
from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MAPPING
from tibidi.model import MEMBER
from tibidi.revive.depth import with_room
from tibidi.revive.nest import raising

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.dump import DumpedException
    from tibidi.dump import DumpedFrame

MAX_EXECUTED = 300  # frames that may be entered by exec(), which spends C stack, before they are linked instead

SUB_EXCEPTIONS = re.compile(r" \(\d+ sub-exceptions?\)$")  # what str() of a group adds to its message

_traceback = BaseException.__dict__["__traceback__"]
_context = BaseException.__dict__["__context__"]
_cause = BaseException.__dict__["__cause__"]
_suppress = BaseException.__dict__["__suppress_context__"]


class Standing(Exception):  # not an error: how the stack of a thread becomes a traceback
    """The end of a stack that no exception ended: a thread, a task."""


def revive_exceptions(dumped: Sequence[DumpedException], renamed: Mapping[str, str]) -> list[BaseException]:
    """Return the exceptions of a dump with real tracebacks and their links in place."""
    exceptions: dict[int, BaseException] = {}
    for each in dumped:
        members = [exceptions[other] for other in _children(dumped, each, MEMBER) if other in exceptions]
        exceptions[each.id] = each.exception if each.exception is not None else stand_in(each, members)
    links = {id(each): _links(each) for each in exceptions.values()}
    for each in dumped:
        raise_in(each, exceptions[each.id], renamed)
    for each in dumped:
        exception = exceptions[each.id]
        context, cause, suppress = links[id(exception)]
        causes, contexts = (_children(dumped, each, relation) for relation in (CAUSE, CONTEXT))
        _context.__set__(exception, context or next(map(exceptions.get, contexts), None))
        _cause.__set__(exception, cause or next(map(exceptions.get, causes), None))
        _suppress.__set__(exception, suppress or each.record.suppress_context or bool(causes))
    return [exceptions[each.id] for each in dumped]


def stand_in(dumped: DumpedException, members: Sequence[BaseException] = ()) -> BaseException:
    """Return an exception that prints like one whose object is not in the dump."""
    module, _, name = dumped.type.rpartition(".")
    namespace = {"__module__": module or "builtins", "__doc__": None}
    exception: BaseException
    if members and GROUP is not None:
        message = SUB_EXCEPTIONS.sub("", dumped.message)
        exception = type(name, (GROUP,), namespace)(message, list(members))
    else:
        exception = type(name or "Exception", (Exception,), namespace)(*filter(None, [dumped.message]))
    if dumped.notes:
        exception.__dict__["__notes__"] = list(dumped.notes)
    return exception


def traceback_of(frames: Sequence[DumpedFrame], renamed: Mapping[str, str]) -> TracebackType | None:
    """Return a traceback of a stack that no exception ended."""
    standing = Standing()
    raise_in(frames, standing, renamed)
    return standing.__traceback__


def raise_in(frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]) -> None:
    """Give `exception` the traceback that it gets by being raised in `frames`."""
    _traceback.__set__(exception, None)
    if not frames:
        return
    tracebacks: list[TracebackType | None] = []

    def work() -> None:
        tracebacks.append(_nested(frames, exception, renamed) or _linked(frames, exception, renamed))

    with_room(work, len(frames))
    _traceback.__set__(exception, tracebacks[0])


def _nested(
    frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]
) -> TracebackType | None:
    """Raise in the whole stack at once; None when it is too deep for this interpreter."""
    if sum(frame.record.code.kind == MAPPING for frame in frames) > MAX_EXECUTED:
        return None
    call = raising(frames, exception, renamed)
    try:
        call.function(*call.arguments)
    except BaseException as error:  # noqa: BLE001  # the captured exception may be of any kind
        if error is exception and error.__traceback__ is not None:
            return error.__traceback__.tb_next  # the first entry is this very function
    return None


def _linked(
    frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]
) -> TracebackType | None:
    """Raise in each frame alone and link the tracebacks: deep stacks without depth, at the price of `f_back`."""
    chain: TracebackType | None = None
    for frame in reversed(frames):
        _traceback.__set__(exception, None)
        single = _nested([frame], exception, renamed)
        if single is not None:
            chain = TracebackType(chain, single.tb_frame, single.tb_lasti, single.tb_lineno)
    return chain


def _children(dumped: Sequence[DumpedException], parent: DumpedException, relation: str) -> list[int]:
    """Return the ids of what stands in `relation` to `parent`."""
    return [each.id for each in dumped if each.parent == parent.id and each.relation == relation]


def _links(exception: BaseException) -> tuple[BaseException | None, BaseException | None, bool]:
    return _context.__get__(exception), _cause.__get__(exception), _suppress.__get__(exception)
