"""The pickles of a dump as opcodes: read the texts in them, or write them again without some of their values.

Strategy: all pickles share one memo, so an object that is left out may be the first of many references to it.  A first
pass follows the stack (PEP 3154 has the opcodes), and notes where each memoized object begins and ends and which values
have a masked name.  A second pass copies the opcodes, skips the objects that are left out, and renumbers the memo.
Where a reference to a skipped object remains, the pass writes that object there.  It unpickles nothing.
"""

from __future__ import annotations

import pickletools
import re
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from tibidi.errors import DamagedDump
from tibidi.look.notation import integer
from tibidi.model import REDACTED_TEXT
from tibidi.words.vocabulary import START

# What these change stays on the stack.
UPDATES = frozenset({"APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS", "BUILD"})
MEMO_READS = frozenset({"BINGET", "LONG_BINGET"})
MAX_NAME = 200
MIN_LEARNT = 4  # characters of a value that is looked for everywhere else
CLASS_STATE, ANNOTATIONS, FIELDS = "_class_state", "__annotations__", "_fields"
# Words and keys with texts that are names of the program: a class or function needs them, and they are no secrets.
NAMING = frozenset({"_class", "_enum", "_field", "_function", "_module", "_namespace", "_reference", "_type"})
NAME_KEYS = frozenset({"__doc__", "__module__", "__name__", "__qualname__"})
KNOWN = frozenset({CLASS_STATE, ANNOTATIONS, FIELDS}) | NAMING | NAME_KEYS
FIRST_KEY = {"SETITEM": 1, "SETITEMS": 2}  # behind the dictionary, and the mark
TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})
LEAVES = b"\x8c\x8dXCB\x8e\x96KMJ\x8aG"  # the opcodes of texts, bytes and numbers
MIN_CODE = 40  # bytes
CODE_ARGUMENTS = 10  # of `tibidi._code`
BYTES_HEADERS = {0x43: 2, 0x42: 5, 0x8E: 9}  # the length of each opcode for bytes
BYTES, BYTEARRAY = b"\x8e", b"\x96"  # BINBYTES8, BYTEARRAY8
EMPTY_BYTES = b"C\0"  # SHORT_BINBYTES
# Opcodes without a text or a number of several digits; few at a time, as each takes memory.
DULL = re.compile(rb"(?s)(?:[()\]}N012aesutldRboQ\x81\x85-\x89\x8f-\x94\x97\x98]|[Kh].|[jr].{4}|\x95.{8}){1,1000}")
TOO_MANY = (
    "look at the dump with: python -m tibidi show, or leave the values out with: python -m tibidi scrub --drop values"
)
MIN_OPCODES, OPCODES_PER_BYTE = 1_000_000, 6  # of the file; a file with more was made to take long


class Item(NamedTuple):
    """What is on the stack: where it begins, its text if that may be a name, and its numbers in the memo.

    `read` is the number of an object that was read from the memo; of a pair of a masked name and a value, `value` is
    where the value begins and ends.  A tuple has `parts`, each with its end; `fields` are the names of the items in a
    named tuple, of its class or of the body of that.
    """

    start: int
    text: str | None
    memos: list[int]
    is_mark: bool = False
    read: int = -1
    value: tuple[int, int] = (0, 0)
    parts: tuple[tuple[Any, int], ...] = ()
    fields: tuple[str | None, ...] = ()


class Pickles:
    """The pickles of a dump in their order; what is under a key or an attribute that matches `masks` is left out.

    `learnt` has the texts of what was left out; `clean` changes each text that is written, and with
    `without_code` no bytecode is, which holds constants of the source.
    """

    def __init__(
        self, members: Sequence[bytes], sizes: Sequence[int], masks: Sequence[str] = (), *, without_code: bool = False
    ) -> None:
        self.clean: Callable[[str], str] = str
        self._without_code = without_code
        self._emptied: dict[tuple[int, int], int] = {}  # as _masked, for constants of code
        self._members = members
        self._is_masked = lru_cache(1 << 14)(
            lambda name: any(fnmatchcase(name.lower(), mask.lower()) for mask in masks)
        )
        self._masked: dict[tuple[int, int], int] = {}  # member and start of a value -> its end
        self._noted_texts: dict[int, str] = {}  # by their number in the memo
        self._names: set[str] = set()
        self._fields: dict[int, tuple[str | None, ...]] = {}  # of a named tuple, by the number of the class in the memo
        self._read_names: set[int] = set()  # those that were read from the memo
        self._codes: list[tuple[int, int, int]] = []  # member, start and end of the arguments of `_code`
        self._only_names: list[tuple[int, int, int]] = []  # member, start and end of a part in which all texts are
        self._first: list[int] = []  # the size of the memo before each member
        # Of each object in the memo: where it begins and ends, and where it was memoized.
        self._starts, self._ends, self._noted = array("Q"), array("Q"), array("Q")
        for number, (data, size) in enumerate(zip(members, sizes)):
            self._first.append(len(self._starts))
            self._survey(number, data, size)
        self.learnt = self._learn()
        self._new: dict[int, int] = {}  # number in the memo -> in that of the new pickles
        self._made = 0
        self._by_start: dict[tuple[int, int], list[int]] = {}
        self._referred = (0, 0, 0)  # the part that is copied for a reference, as _only_names

    def _survey(self, number: int, data: bytes, size: int) -> None:
        """Follow the stack through one pickle."""
        stack: list[Item] = []
        for opcode, argument, position, _ in _opcodes(BytesIO(data), size):
            if opcode.name == "MEMOIZE":
                self._memoize(stack[-1], position)
            elif opcode.name not in {"PROTO", "FRAME"}:
                popped = _pop(stack, opcode)
                following = [each.start for each in popped[1:]] + [position]
                self._note_ends(number, opcode.name, popped, following)
                if opcode.name in {"APPEND", "APPENDS"}:  # only there: other pairs may be arguments of a class
                    self._masked.update({(number, each.value[0]): each.value[1] for each in popped if each.value[1]})
                if opcode.name in TUPLES and stack and stack[-1].text in NAMING:
                    self._note_names(popped)
                fields = self._fields_in(number, opcode.name, popped, argument)
                if opcode.name in UPDATES:
                    stack.append(popped[0]._replace(fields=fields or popped[0].fields))
                elif opcode.stack_after:
                    text = self._noted_texts.get(argument) if opcode.name in MEMO_READS else _name(argument)
                    text = popped[-1].text if opcode.name == "STACK_GLOBAL" else text
                    start = popped[0].start if popped else position
                    read = argument if opcode.name in MEMO_READS else -1
                    is_pair = opcode.name == "TUPLE2" and self._is_masked(popped[0].text or "")
                    value = (following[0], position) if is_pair else (0, 0)
                    parts = tuple((each, at) for each, at in zip(popped, following) if not each.is_mark)
                    parts = parts if opcode.name in TUPLES else ()
                    stack.append(Item(start, text, [], opcode.name == "MARK", read, value, parts, fields))

    def _fields_in(self, number: int, opcode: str, popped: list[Item], argument: object) -> tuple[str | None, ...]:
        """Return the names of the items in a named tuple, where an opcode makes or reads its class or the body of it.

        Where it makes such a tuple, note its masked items.
        """
        if opcode in MEMO_READS:
            return self._fields.get(argument, ())  # type: ignore[call-overload,no-any-return]  # a number
        if opcode == "NEWOBJ":
            fields = [popped[0].fields, *(self._fields.get(memo, ()) for memo in popped[0].memos)]
            for name, (item, end) in zip(next(filter(None, fields), ()), popped[1].parts):
                self._note_value(number, name or "", item, end)
        if opcode in FIRST_KEY:
            first = FIRST_KEY[opcode]
            pairs = zip(popped[first::2], popped[first + 1 :: 2])
            return next((_texts_of(value) for key, value in pairs if key.text == FIELDS), ())
        parts = [each for each, _ in popped[1].parts] if opcode == "REDUCE" else []
        if parts and popped[0].text == "_reference":
            return _texts_of(parts[-1])
        if len(parts) > 1 and popped[0].text == CLASS_STATE and parts[1].parts:
            self._fields.update(dict.fromkeys((parts[0].read, *parts[0].memos), parts[1].parts[0][0].fields))
        return ()

    def _memoize(self, item: Item, position: int) -> None:
        memo = len(self._starts)
        item.memos.append(memo)
        self._starts.append(item.start)
        self._ends.append(item.start)
        self._noted.append(position)
        if any(map(self._is_masked, filter(None, _texts_of(item)))):
            self._fields[memo] = _texts_of(item)
        if item.text is not None and (item.text in KNOWN or self._is_masked(item.text)):
            self._noted_texts[memo] = item.text

    def _note_ends(self, number: int, opcode: str, popped: list[Item], following: list[int]) -> None:
        """Note where the objects that were taken end, the names among them, and the values under masked keys."""
        for item, end in zip(popped, following):
            for memo in item.memos:
                self._ends[memo] = end
        if opcode == "REDUCE" and popped[0].text == CLASS_STATE:
            self._unmask(number, popped[1].start, LEAVES)
        if opcode == "TUPLE" and self._has_code(number, popped):
            self._note_code(number, popped, following[-1])
        if opcode == "STACK_GLOBAL":
            self._note_names(popped)
        first = FIRST_KEY.get(opcode)
        if first:
            for key, value, end in zip(popped[first::2], popped[first + 1 :: 2], following[first + 1 :: 2]):
                self._note_names([key])
                self._note_value(number, key.text or "", value, end)

    def _note_names(self, items: list[Item]) -> None:
        self._names.update(item.text for item in items if item.text is not None)
        self._read_names.update(item.read for item in items if item.read >= 0)

    def _note_value(self, number: int, name: str, value: Item, end: int) -> None:
        """Note the value under a name that ends here."""
        if name == ANNOTATIONS:
            self._unmask(number, value.start)
            self._only_names.append((number, value.start, end))
        elif name and self._is_masked(name):
            self._masked[number, value.start] = end
        elif name in NAME_KEYS:
            self._note_names([value])
            self._only_names.append((number, value.start, end))

    def _note_code(self, number: int, popped: list[Item], end: int) -> None:
        self._codes.append((number, popped[0].start, end))
        if self._without_code:
            self._emptied[number, popped[-1].start] = end

    def _has_code(self, number: int, popped: list[Item]) -> bool:
        """Return True for the arguments of `tibidi._code` behind a mark, of which the last are the constants."""
        if len(popped) != CODE_ARGUMENTS + 1:
            return False
        data, start = self._members[number], popped[2].start
        body = start + BYTES_HEADERS.get(data[start], 0)
        return body > start and is_code(data[body : body + MIN_CODE])

    def _unmask(self, number: int, start: int, leaves: bytes = b"") -> None:
        """Keep what was masked after a position, except texts and numbers: a class needs its methods and fields."""
        found = []
        while self._masked and next(reversed(self._masked)) >= (number, start):
            found.append(self._masked.popitem())
        self._masked.update(each for each in found[::-1] if self._members[number][each[0][1]] in leaves)

    def _learn(self) -> set[str]:
        """Return the texts in masked values that are neither names nor of code, which is in the sources."""
        if not self._masked:
            return set()
        masked = [(number, start, end) for (number, start), end in self._masked.items()]
        found = {text for part in masked for text in self._texts_beside_code(*part)}
        self._names.update(text for part in self._only_names for text in self._texts_in(*part))
        self._names.update(self._text_of(memo) for memo in self._read_names if memo < len(self._starts))
        return {text for text in found - self._names if len(text) >= MIN_LEARNT and text != REDACTED_TEXT}

    def _texts_beside_code(self, number: int, start: int, end: int) -> Iterator[str]:
        first, behind = bisect_left(self._codes, (number, start, 0)), bisect_left(self._codes, (number, end, 0))
        for _, code, code_end in self._codes[first:behind]:
            yield from self._texts_in(number, start, code)
            start = code_end
        yield from self._texts_in(number, start, end)

    def _texts_in(self, number: int, start: int, end: int) -> Iterator[str]:
        for value in texts(self._members[number], start, end):
            yield value.decode("latin-1") if isinstance(value, bytes) else str(value)

    def _text_of(self, memo: int) -> str:
        """Return the text of an object in the memo, "" if it is none."""
        data = self._members[bisect_right(self._first, memo) - 1]
        argument = next(_opcodes(_from(data, self._starts[memo])))[1]
        return argument if isinstance(argument, str) else ""

    def rewritten(self, number: int) -> tuple[int, bytes]:
        """Return the size of the memo before a member, and the member; call it for the members that stay, in order."""
        before, out = self._made, bytearray(START)
        self._copy(number, 0, len(self._members[number]), out)
        return before, bytes(out)

    def _copy(self, number: int, start: int, end: int, out: bytearray) -> None:
        """Copy the opcodes of a part of a member."""
        data = self._members[number]
        while start < end:
            memo = self._memo_at(number, start)
            for opcode, argument, position, behind in _opcodes(_from(data, start)):
                start = end if position >= end else self._skip(number, position, end, out)
                if start:
                    break
                if opcode.name == "MEMOIZE":
                    self._new[memo] = self._made
                    self._made, memo = self._made + 1, memo + 1
                if opcode.name in MEMO_READS:
                    self._refer(argument, out)
                elif isinstance(argument, (str, bytes, bytearray)):
                    out += self._text(argument, data[position:behind])
                elif opcode.name not in {"PROTO", "FRAME"}:
                    out += data[position:behind]
            else:
                return

    def _skip(self, number: int, position: int, limit: int, out: bytearray) -> int:
        """Write what stands for a value that begins here, if it is masked or copied already; return its end, else 0."""
        if self._is_left_out(number, position, limit):
            out += _string(REDACTED_TEXT)
            return self._masked[number, position]
        if (number, position) in self._emptied:
            out += b")"  # EMPTY_TUPLE
            return self._emptied[number, position]
        here = self._by_start.get((number, position), ()) if self._by_start else ()
        known = [memo for memo in here if memo in self._new and self._ends[memo] <= limit]
        if not known:
            return 0
        memo = max(known, key=self._ends.__getitem__)
        out += _get(self._new[memo])
        return self._ends[memo]

    def _is_left_out(self, number: int, position: int, limit: int) -> bool:
        """Return True for a masked value that begins here, unless what is copied is a part of it that begins here, too.

        Such a part is the class of the value.  If a reference is to the value itself, an object is kept, as its class
        or function may be needed; a text is not, unless it is a name.
        """
        if self._masked.get((number, position), limit + 1) > limit:
            return False
        if (number, position, limit) != self._referred:
            return True
        argument = next(_opcodes(_from(self._members[number], position)))[1]
        return isinstance(argument, (bytes, bytearray)) or (isinstance(argument, str) and argument not in self._names)

    def _memo_at(self, number: int, position: int) -> int:
        """Return the size of the memo before a position."""
        last = self._first[number + 1] if number + 1 < len(self._first) else len(self._starts)
        return bisect_left(self._noted, position, self._first[number], last)

    def _refer(self, memo: int, out: bytearray) -> None:
        """Write a reference, or the object itself if its first occurrence was left out."""
        if memo in self._new:
            out += _get(self._new[memo])
            return
        if memo >= len(self._starts):
            raise DamagedDump("a pickle refers to an object that no earlier one has")
        if not self._by_start:
            for each, start in enumerate(self._starts):
                self._by_start.setdefault((bisect_right(self._first, each) - 1, start), []).append(each)
        outer = self._referred
        self._referred = (bisect_right(self._first, memo) - 1, self._starts[memo], self._ends[memo])
        self._copy(*self._referred, out)
        self._referred = outer

    def _text(self, argument: str | bytes | bytearray, raw: bytes) -> bytes:
        if isinstance(argument, str):
            text = self.clean(argument)
            return raw if text == argument else _string(text)
        text = argument.decode("latin-1")
        cleaned = self.clean(text)
        if is_code(argument) and (self._without_code or cleaned != text):
            return EMPTY_BYTES  # it is compiled from the source, where that is left
        if cleaned == text:
            return raw
        data = cleaned.encode("latin-1", "replace")
        return (BYTEARRAY if isinstance(argument, bytearray) else BYTES) + len(data).to_bytes(8, "little") + data


def is_code(data: bytes | bytearray) -> bool:
    """Return True for a marshalled code object (Python/marshal.c): its type, and a small number in four bytes."""
    return bytes(data[:1]) in {b"\xe3", b"c"} and data[2:5] == bytes(3) and len(data) >= MIN_CODE


def texts(
    data: bytes, start: int = 0, end: int | None = None, size: int = sys.maxsize
) -> Iterator[str | bytes | float]:
    """Yield texts, bytes, and numbers of at least MIN_LEARNT digits; raise DamagedDump if the pickle cannot be read.

    Integers are texts, as `str()` refuses those of more than 4,300 digits.  `size` is that of the pickle in the file.
    """
    file = _from(data, start)
    opcodes = _opcodes(file, size)
    while True:
        while dull := DULL.match(data, file.tell()):
            file.seek(dull.end())
        opcode, argument, position, _ = next(opcodes, (None, None, sys.maxsize, 0))
        if opcode is None or (end is not None and position >= end):
            return
        if isinstance(argument, (str, bytes, bytearray)):
            yield bytes(argument) if isinstance(argument, bytearray) else argument
        elif isinstance(argument, (int, float)) and opcode.stack_after and opcode.name not in MEMO_READS:
            shown = integer(argument) if isinstance(argument, int) else argument
            yield from (shown,) if abs(argument) >= 10 ** (MIN_LEARNT - 1) else ()


def _opcodes(file: BytesIO, size: int = sys.maxsize) -> Iterator[tuple[Any, Any, int, int]]:
    """Yield each opcode from here on, its argument, and where it begins and ends; raise DamagedDump if many are left.

    That many are too many for the size of the pickle in the file.
    """
    most = MIN_OPCODES + OPCODES_PER_BYTE * size
    try:
        for number, (opcode, argument, position) in enumerate(pickletools.genops(file)):
            if number > most:
                raise DamagedDump(f"a pickle of {size:,} bytes has more than {most:,} opcodes", TOO_MANY)
            yield opcode, argument, position or 0, file.tell()
    except (ValueError, OverflowError) as error:
        raise DamagedDump(f"a pickle cannot be read: {error}") from None


def _pop(stack: list[Item], opcode: Any) -> list[Item]:
    """Take from the stack what an opcode takes."""
    needed = opcode.stack_before
    depth = len(stack) - len(needed)
    if pickletools.markobject in needed:
        mark = next((n for n in range(len(stack) - 1, -1, -1) if stack[n].is_mark), -1)
        depth = mark - needed.index(pickletools.markobject)
    if depth < 0:
        raise DamagedDump("a pickle takes more from its stack than there is")
    popped = stack[depth:]
    del stack[depth:]
    return popped


def _texts_of(item: Item) -> tuple[str | None, ...]:
    return item.fields or tuple(each.text for each, _ in item.parts)


def _name(argument: object) -> str | None:
    if isinstance(argument, bytes) and len(argument) <= MAX_NAME:
        return argument.decode("latin-1")
    return argument if isinstance(argument, str) and len(argument) <= MAX_NAME else None


def _from(data: bytes, start: int) -> BytesIO:
    file = BytesIO(data)
    file.seek(start)
    return file


def _string(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return b"\x8d" + len(data).to_bytes(8, "little") + data  # BINUNICODE8


def _get(memo: int) -> bytes:
    return b"h" + bytes([memo]) if memo < 256 else b"j" + memo.to_bytes(4, "little")  # BINGET, LONG_BINGET
