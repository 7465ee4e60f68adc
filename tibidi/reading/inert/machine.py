"""An interpreter of pickles that knows the opcodes of tibidi's own picklers, and calls nothing.

Strategy
--------
`pickle.Unpickler` calls what a pickle says: the result of `find_class`, and
`__setstate__`, `append`, `extend` and `__setitem__` of the objects on the
stack.  To make that safe, every object that may be there would have to be
considered.  Here opcodes only move plain data; `InertBuilder` answers calls,
states and items, by exact types.

Only protocol 5 as CPython's picklers write it is read: one memo, filled by
MEMOIZE in order.  A handler takes the machine and the position behind the
opcode, and returns the position of the next.  That makes three million opcodes
a second, about the time to only scan them before the C unpickler reads them.

Opcodes: `Lib/pickletools.py`; framing: PEP 3154; protocol 5: PEP 574.
"""

from __future__ import annotations

import pickle
import struct
from typing import TYPE_CHECKING
from typing import Callable

from tibidi.errors import DamagedDump
from tibidi.reading.inert.ndarray import InertArray
from tibidi.reading.inert.ndarray import InertDtype
from tibidi.reading.inert.screen import BYTES_PER_OPCODE_BYTE
from tibidi.reading.inert.screen import CONTAINER_BYTES
from tibidi.reading.inert.screen import NESTING
from tibidi.reading.inert.screen import NESTING_BASES
from tibidi.reading.inert.screen import SET_BYTES
from tibidi.reading.inert.types import InertType

if TYPE_CHECKING:
    from tibidi.reading.inert.builder import InertBuilder
    from tibidi.reading.inert.screen import Budget

PROTOCOL = 5
# The budget is charged whenever so many bytes of opcodes have been read.
STRIDE = 16 << 10
# Payloads from here on are counted byte by byte instead of as opcodes.
SMALL_BYTES = 256
MAX_INT_BYTES = 1 << 20

FLOAT = struct.Struct(">d").unpack_from
INT = struct.Struct("<i").unpack_from
UINT = struct.Struct("<I").unpack_from
ULONG = struct.Struct("<Q").unpack_from


# Made in two steps; the second replaces the object.
DRAFTS = frozenset({InertArray, InertDtype})


class Machine:
    """Runs one pickle; the memo outlives it."""

    def __init__(self, data: bytes, memo: list[object], builder: InertBuilder, budget: Budget) -> None:
        self.data = data
        self.size = len(data)
        self.memo = memo
        self.memoize = memo.append
        self.stack: list[object] = []
        self.push = self.stack.append
        self.marks: list[int] = []
        self.builder = builder
        self.budget = budget
        self.counted = 0  # bytes of memory, beside those in proportion to opcodes
        self.mentions = 0  # of containers in the memo
        self.drafts: dict[int, int] = {}  # index in the memo by id, of objects that their state will replace
        self.skipped = 0  # bytes of payload, which are not opcodes

    def run(self) -> object:
        """Return the value of the pickle; raise DamagedDump for a pickle that is not of tibidi."""
        at = 0
        try:
            while at < self.size:
                at = self._stride(at)
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise DamagedDump(f"not a pickle of tibidi: {error} in its opcodes") from None
        if len(self.stack) != 1 or self.marks or at != self.size + 1:
            raise DamagedDump("the pickle ends before its end")
        return self.stack.pop()

    def _stride(self, at: int) -> int:
        """Run some opcodes and charge for them."""
        start, stop = at, min(at + STRIDE, self.size)
        data, handlers = self.data, HANDLERS
        self.skipped = self.counted = 0
        while at < stop:
            at = handlers[data[at]](self, at + 1)
        self.budget.charge((at - start - self.skipped) * BYTES_PER_OPCODE_BYTE + self.counted)
        return at

    def payload(self, start: int, length: int) -> bytes:
        """Return `length` bytes of the pickle."""
        if length > self.size - start:
            raise DamagedDump("not a pickle of tibidi: it ends within a value")
        if length > SMALL_BYTES:
            self.skipped += length
            self.counted += length
        return self.data[start : start + length]

    def popped(self) -> list[object]:
        """Pop and return the objects above the last mark."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def replace_top(self, draft: object, finished: object) -> None:
        """Replace a draft by the finished object, on the stack and in the memo."""
        self.stack[-1] = finished
        index = self.drafts.pop(id(draft), len(self.memo))
        if index < len(self.memo) and self.memo[index] is draft:
            self.memo[index] = finished


Handler = Callable[[Machine, int], int]


def _unknown(machine: Machine, at: int) -> int:
    raise DamagedDump(f"not a pickle of tibidi: opcode {machine.data[at - 1]:#04x}")


HANDLERS: list[Handler] = [_unknown] * 256


def on(opcode: bytes) -> Callable[[Handler], Handler]:
    """Enter the handler of `opcode` into the table."""

    def enter(handler: Handler) -> Handler:
        HANDLERS[opcode[0]] = handler
        return handler

    return enter


@on(pickle.PROTO)
def _proto(machine: Machine, at: int) -> int:
    if machine.data[at] != PROTOCOL:
        raise DamagedDump(f"not a pickle of tibidi: protocol {machine.data[at]}")
    return at + 1


@on(pickle.FRAME)
def _frame(machine: Machine, at: int) -> int:
    if ULONG(machine.data, at)[0] > machine.size - at - 8:
        raise DamagedDump("not a pickle of tibidi: a frame is larger than the pickle")
    return at + 8


@on(pickle.STOP)
def _stop(machine: Machine, at: int) -> int:
    if at != machine.size:
        raise DamagedDump("not a pickle of tibidi: something follows its end")
    return at + 1


# Atoms


@on(pickle.NONE)
def _none(machine: Machine, at: int) -> int:
    machine.push(None)
    return at


@on(pickle.NEWTRUE)
def _true(machine: Machine, at: int) -> int:
    machine.push(True)
    return at


@on(pickle.NEWFALSE)
def _false(machine: Machine, at: int) -> int:
    machine.push(False)
    return at


@on(pickle.BININT)
def _int4(machine: Machine, at: int) -> int:
    machine.push(INT(machine.data, at)[0])
    return at + 4


@on(pickle.BININT1)
def _int1(machine: Machine, at: int) -> int:
    machine.push(machine.data[at])
    return at + 1


@on(pickle.BININT2)
def _int2(machine: Machine, at: int) -> int:
    data = machine.data
    machine.push(data[at] | data[at + 1] << 8)
    return at + 2


@on(pickle.LONG1)
def _long1(machine: Machine, at: int) -> int:
    return _long(machine, at + 1, machine.data[at])


@on(pickle.LONG4)
def _long4(machine: Machine, at: int) -> int:
    return _long(machine, at + 4, UINT(machine.data, at)[0])


def _long(machine: Machine, start: int, length: int) -> int:
    if length > MAX_INT_BYTES:
        raise DamagedDump(f"an integer of {length} bytes")
    machine.push(int.from_bytes(machine.payload(start, length), "little", signed=True))
    return start + length


@on(pickle.BINFLOAT)
def _float(machine: Machine, at: int) -> int:
    machine.push(FLOAT(machine.data, at)[0])
    return at + 8


@on(pickle.SHORT_BINUNICODE)
def _text1(machine: Machine, at: int) -> int:
    data = machine.data
    end = at + 1 + data[at]
    if end > machine.size:
        raise DamagedDump("not a pickle of tibidi: it ends within a text")
    machine.push(data[at + 1 : end].decode("utf-8", "surrogatepass"))
    return end


@on(pickle.BINUNICODE)
def _text4(machine: Machine, at: int) -> int:
    return _text(machine, at + 4, UINT(machine.data, at)[0])


@on(pickle.BINUNICODE8)
def _text8(machine: Machine, at: int) -> int:
    return _text(machine, at + 8, ULONG(machine.data, at)[0])


def _text(machine: Machine, start: int, length: int) -> int:
    machine.counted += 3 * length  # one rare character makes all of them four bytes wide
    machine.push(machine.payload(start, length).decode("utf-8", "surrogatepass"))
    return start + length


@on(pickle.SHORT_BINBYTES)
def _bytes1(machine: Machine, at: int) -> int:
    return _bytes(machine, at + 1, machine.data[at])


@on(pickle.BINBYTES)
def _bytes4(machine: Machine, at: int) -> int:
    return _bytes(machine, at + 4, UINT(machine.data, at)[0])


@on(pickle.BINBYTES8)
def _bytes8(machine: Machine, at: int) -> int:
    return _bytes(machine, at + 8, ULONG(machine.data, at)[0])


def _bytes(machine: Machine, start: int, length: int) -> int:
    machine.push(machine.payload(start, length))
    return start + length


@on(pickle.BYTEARRAY8)
def _bytearray(machine: Machine, at: int) -> int:
    length: int = ULONG(machine.data, at)[0]
    machine.counted += CONTAINER_BYTES
    machine.push(bytearray(machine.payload(at + 8, length)))
    return at + 8 + length


# Containers


@on(pickle.MARK)
def _mark(machine: Machine, at: int) -> int:
    machine.marks.append(len(machine.stack))
    return at


@on(pickle.EMPTY_LIST)
def _list(machine: Machine, at: int) -> int:
    machine.counted += CONTAINER_BYTES
    machine.push([])
    return at


@on(pickle.EMPTY_DICT)
def _dict(machine: Machine, at: int) -> int:
    machine.counted += CONTAINER_BYTES
    machine.push({})
    return at


@on(pickle.EMPTY_SET)
def _set(machine: Machine, at: int) -> int:
    machine.counted += SET_BYTES
    machine.push(set())
    return at


@on(pickle.EMPTY_TUPLE)
def _tuple0(machine: Machine, at: int) -> int:
    machine.push(())
    return at


@on(pickle.TUPLE1)
def _tuple1(machine: Machine, at: int) -> int:
    return _tuple_of(machine, at, 1)


@on(pickle.TUPLE2)
def _tuple2(machine: Machine, at: int) -> int:
    return _tuple_of(machine, at, 2)


@on(pickle.TUPLE3)
def _tuple3(machine: Machine, at: int) -> int:
    return _tuple_of(machine, at, 3)


def _tuple_of(machine: Machine, at: int, length: int) -> int:
    stack = machine.stack
    if len(stack) < length:
        raise DamagedDump("not a pickle of tibidi: a tuple of nothing")
    machine.counted += CONTAINER_BYTES
    stack[-length:] = (tuple(stack[-length:]),)
    return at


@on(pickle.TUPLE)
def _tuple(machine: Machine, at: int) -> int:
    machine.counted += CONTAINER_BYTES
    machine.push(tuple(machine.popped()))
    return at


@on(pickle.FROZENSET)
def _frozenset(machine: Machine, at: int) -> int:
    items = machine.popped()
    machine.counted += SET_BYTES + 32 * len(items)
    machine.push(machine.builder.frozenset(items))
    return at


@on(pickle.APPEND)
def _append(machine: Machine, at: int) -> int:
    item = machine.stack.pop()
    machine.builder.extend(machine.stack[-1], [item])
    return at


@on(pickle.APPENDS)
def _appends(machine: Machine, at: int) -> int:
    items = machine.popped()
    target = machine.stack[-1]
    if type(target) is list:
        target.extend(items)
    else:
        machine.builder.extend(target, items)
    return at


@on(pickle.SETITEM)
def _setitem(machine: Machine, at: int) -> int:
    value = machine.stack.pop()
    key = machine.stack.pop()
    machine.counted += CONTAINER_BYTES
    machine.builder.update(machine.stack[-1], [key], [value])
    return at


@on(pickle.SETITEMS)
def _setitems(machine: Machine, at: int) -> int:
    items = machine.popped()
    machine.counted += CONTAINER_BYTES + 64 * len(items)
    machine.builder.update(machine.stack[-1], items[::2], items[1::2])
    return at


@on(pickle.ADDITEMS)
def _additems(machine: Machine, at: int) -> int:
    items = machine.popped()
    machine.counted += 64 * len(items)
    machine.builder.add(machine.stack[-1], items)
    return at


# Stack and memo


@on(pickle.POP)
def _pop(machine: Machine, at: int) -> int:
    if machine.marks and machine.marks[-1] == len(machine.stack):
        machine.marks.pop()
    else:
        machine.stack.pop()
    return at


@on(pickle.POP_MARK)
def _pop_mark(machine: Machine, at: int) -> int:
    machine.popped()
    return at


@on(pickle.MEMOIZE)
def _memoize(machine: Machine, at: int) -> int:
    machine.memoize(machine.stack[-1])
    return at


@on(pickle.BINGET)
def _get1(machine: Machine, at: int) -> int:
    thing = machine.memo[machine.data[at]]
    if type(thing) in NESTING or (type(type(thing)) is InertType and isinstance(thing, NESTING_BASES)):
        machine.mentions += 1
    machine.push(thing)
    return at + 1


@on(pickle.LONG_BINGET)
def _get4(machine: Machine, at: int) -> int:
    thing = machine.memo[UINT(machine.data, at)[0]]
    if type(thing) in NESTING or (type(type(thing)) is InertType and isinstance(thing, NESTING_BASES)):
        machine.mentions += 1
    machine.push(thing)
    return at + 4


@on(pickle.BINPERSID)
def _persid(machine: Machine, at: int) -> int:
    """Do nothing: the id is the replacement itself."""
    if not machine.stack:
        raise DamagedDump("not a pickle of tibidi: an id of nothing")
    return at


# Objects


@on(pickle.STACK_GLOBAL)
def _global(machine: Machine, at: int) -> int:
    name = machine.stack.pop()
    module = machine.stack.pop()
    if type(name) is not str or type(module) is not str:
        raise DamagedDump("not a pickle of tibidi: a name that is not a string")
    machine.counted += CONTAINER_BYTES
    machine.push(machine.builder.named(module, name))
    return at


@on(pickle.REDUCE)
def _reduce(machine: Machine, at: int) -> int:
    arguments = machine.stack.pop()
    function = machine.stack.pop()
    machine.counted += 2 * CONTAINER_BYTES
    made = machine.builder.call(function, arguments)
    if type(made) in DRAFTS:
        machine.drafts[id(made)] = len(machine.memo)
    machine.push(made)
    return at


@on(pickle.NEWOBJ)
def _newobj(machine: Machine, at: int) -> int:
    arguments = machine.stack.pop()
    cls = machine.stack.pop()
    machine.counted += 3 * CONTAINER_BYTES
    machine.push(machine.builder.create(cls, arguments))
    return at


@on(pickle.NEWOBJ_EX)
def _newobj_ex(machine: Machine, at: int) -> int:
    keywords = machine.stack.pop()
    arguments = machine.stack.pop()
    cls = machine.stack.pop()
    machine.counted += 3 * CONTAINER_BYTES
    machine.push(machine.builder.create(cls, arguments, keywords))
    return at


@on(pickle.BUILD)
def _build(machine: Machine, at: int) -> int:
    state = machine.stack.pop()
    made = machine.stack[-1]
    machine.counted += CONTAINER_BYTES
    finished = machine.builder.build(made, state)
    if finished is not made:
        machine.replace_top(made, finished)
    return at
