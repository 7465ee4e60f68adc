"""Crash with instances of classes on built-in types, whose own methods want, do or give something else."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from datetime import date
from typing import Any


class Tenfold(int):
    """An integer that is made from a text."""

    def __new__(cls, text: str) -> Tenfold:
        return super().__new__(cls, int(text) * 10)


class Joined(str):
    """A text that is made from two."""

    def __new__(cls, first: str, second: str) -> Joined:
        return super().__new__(cls, first + second)


class Doubled(bytes):
    """Bytes that are twice what they are made from."""

    def __new__(cls, part: bytes) -> Doubled:
        return super().__new__(cls, part * 2)


class Row(tuple):
    """A tuple that is made from its items."""

    def __new__(cls, *items: object) -> Row:
        return super().__new__(cls, items)


class Tags(frozenset):
    """A set that is made from its items, and shows others."""

    def __new__(cls, *items: object) -> Tags:
        return super().__new__(cls, items)

    def __iter__(self) -> Any:
        return iter(["shown"])


class Day(date):
    """A date that is made from a text."""

    def __new__(cls, text: str) -> Day:
        return super().__new__(cls, *map(int, text.split("-")))


class Scaled(dict):
    """A dictionary that doubles what it gets."""

    def __setitem__(self, key: str, value: int) -> None:
        super().__setitem__(key, value * 2)


class Frozen(dict):
    """A dictionary that refuses changes."""

    def __setitem__(self, key: str, value: int) -> None:
        raise TypeError(key)


class Listening(dict):
    """A dictionary that needs an attribute."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __setitem__(self, key: str, value: object) -> None:
        self.seen.append(key)
        super().__setitem__(key, value)


class Bounded(OrderedDict):
    """A dictionary with a size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class Shown(list):
    """A list that shows other items."""

    def __iter__(self) -> Any:
        return iter(["shown"])


class Refusing(defaultdict):
    """A dictionary that refuses to show its items."""

    def items(self) -> Any:
        raise RuntimeError


class Window(deque):
    """A queue that refuses to show its items."""

    def __iter__(self) -> Any:
        raise RuntimeError


class Kept(set):
    """A set that refuses to show its items."""

    def __iter__(self) -> Any:
        raise RuntimeError


class Token(str):
    """A text with a kind, which comes first where it is pickled."""

    def __new__(cls, kind: str, text: str) -> Any:
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    def __reduce__(self) -> Any:
        return Token, (self.kind, str(self))


class Even(int):
    """Twice a number."""

    def __new__(cls, half: int) -> Any:
        return super().__new__(cls, half * 2)

    def __getnewargs__(self) -> Any:
        return (self // 2,)


class Version(tuple):
    """Numbers that are pickled as a text."""

    def __new__(cls, text: str) -> Any:
        return super().__new__(cls, map(int, text.split(".")))

    def __reduce__(self) -> Any:
        return Version, (".".join(map(str, self)),)


def hexadecimal(text: str) -> Hex:
    """Return the bytes of a text."""
    return Hex(bytes.fromhex(text))


class Hex(bytes):
    """Bytes that a function makes of a text."""

    def __reduce__(self) -> Any:
        return hexadecimal, (self.hex(),)


class Squares(list):
    """A list that is pickled as its length."""

    def __init__(self, count: int) -> None:
        super().__init__(number * number for number in range(count))

    def __reduce__(self) -> Any:
        return Squares, (len(self),)


class Letters(set):
    """A set that is pickled as a text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)

    def __reduce__(self) -> Any:
        return Letters, ("".join(sorted(self)),)


class Tree(dict):
    """A dictionary that knows its parent, which holds it, and is pickled as its path and an attribute."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Tree, (self.path,), {"path": self.path, **vars(self)}


class Boxed(list):
    """A list whose state has the items as well, and adds them, as that of python-box."""

    def __reduce__(self) -> Any:
        return Boxed, (), {"items": list(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.extend(state["items"])


def crash() -> None:
    """Divide by zero."""
    number, text, data, day = Tenfold("5"), Joined("a", "b"), Doubled(b"x"), Day("2024-1-2")
    number.unit = "m"  # type: ignore[attr-defined]
    row, tags, frozen, bounded = Row(1, 2), Tags("red"), Frozen(a=1), Bounded(3)
    scaled, listening, refusing = Scaled(), Listening(), Refusing(int, a=1)
    scaled["a"] = bounded["a"] = 1
    listening["itself"] = listening
    token, even, version, data_of_text = Token("NUM", "7"), Even(4), Version("1.20"), hexadecimal("ff00")
    squares, letters, root = Squares(4), Letters("ab"), Tree("/")
    boxed = Boxed(["a", "b"])
    root["a"] = Tree("/a")
    root["a"].parent = root
    shown, window, kept = Shown(["real"]), Window([1, 2], 5), Kept(["real"])
    print(1 / 0, number, text, data, day, row, tags, frozen, bounded, scaled, refusing, shown, window, kept)
    print(token, even, version, data_of_text, squares, letters, boxed)


crash()
