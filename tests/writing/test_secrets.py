"""No secret gets into the bytes, and no other value is changed."""

from __future__ import annotations

import collections
import dataclasses
import io
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tibidi.dumpfile import members as zipped
from tibidi.dumpfile.writer import Archive
from tibidi.look.frames import LOCALS, Root
from tibidi.model import REDACTED_TEXT
from tibidi.redaction import Redactor
from tibidi.redaction.records import learn_secret
from tibidi.writing.values import write_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "tr0ub4dor&three"
WHERE = "exceptions[0].frames[0].locals"


class User:
    """Has a password."""

    def __init__(self) -> None:
        self.name = "bob"
        self.password = SECRET


class Slotted:
    """Has one in a slot."""

    __slots__ = ("api_key", "name")

    def __init__(self) -> None:
        self.name = "bob"
        self.api_key = SECRET


class Form(collections.OrderedDict):
    """Another kind of dictionary."""


Login = collections.namedtuple("Login", "user password")
Field = collections.namedtuple("Field", "name value")


@dataclasses.dataclass(frozen=True)
class Frozen:
    """Has one in a state that is a list of the fields, which the class variable is not one of."""

    __slots__ = ("name", "password")
    limit: ClassVar[int] = 5

    name: str
    password: str

    def __getstate__(self) -> list[str]:
        """Return what dataclasses makes of `slots=True` (from Python 3.10 on)."""
        return [getattr(self, field.name) for field in dataclasses.fields(self)]

    def __setstate__(self, state: list[str]) -> None:
        for field, value in zip(dataclasses.fields(self), state):
            object.__setattr__(self, field.name, value)


class Ticket(collections.namedtuple("Ticket", "user password")):
    """Is made by a function."""

    def __reduce__(self) -> tuple[object, ...]:
        return ticket, tuple(self)


def ticket(*values: str) -> Ticket:
    """Make one."""
    return Ticket(*values)


class EqualMeta(type):
    """Its classes cannot be hashed, as it defines `__eq__` only."""

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("code of the application was run")


class Unhashable(metaclass=EqualMeta):
    """Of a class that cannot be hashed."""


class UnhashableList(list, metaclass=EqualMeta):  # type: ignore[type-arg]
    """Likewise, with items."""


def pickled(*frames: dict[str, Any], redactor: Redactor) -> bytes:
    """Return the bytes of all members, inflated."""
    file = io.BytesIO()
    roots = [Root((f"exceptions[0].frames[{n}].locals",), LOCALS, frame) for n, frame in enumerate(frames)]
    write_values(
        roots, Archive(file), deadline=time.monotonic() + 20, max_bytes=64 << 20, redactor=redactor, debug=True
    )
    members, _ = zipped.scan(file, len(file.getvalue()))
    return b"".join(chunk for member in members for chunk in zipped.chunks(file, member))


HOLDERS = {
    "variable": lambda: {"password": SECRET},
    "attribute": lambda: {"user": User()},
    "slot": lambda: {"slotted": Slotted()},
    "key": lambda: {"form": {"deep": [{"secret_key": SECRET}]}},
    "ordered": lambda: {"form": Form(api_token=SECRET)},
    "named tuple": lambda: {"login": Login("bob", SECRET)},
    "frozen dataclass": lambda: {"frozen": Frozen("bob", SECRET)},
    "made by a function": lambda: {"ticket": Ticket("bob", SECRET)},
    "headers": lambda: {"headers": [("Authorization", f"Bearer {SECRET}"), (b"cookie", SECRET.encode())]},
    "raw headers": lambda: {"scope": [(b"x-api-key", SECRET.encode())]},
    "headers as written": lambda: {"rows": [(b"X-Api-Key", b"x-api-key", SECRET.encode())]},
    "JSON": lambda: {"body": f'{{"user": "bob", "password": "{SECRET}"}}'.encode()},
    "header": lambda: {"request": f"GET / HTTP/1.1\r\nX-Api-Key: {SECRET}\r\n\r\n"},
    "repr": lambda: {"text": repr({"user": "bob", "password": SECRET})},
    "configuration": lambda: {"text": f"[db]\npassword = {SECRET}\n"},
    "beside its name": lambda: {"field": {"name": "password", "value": SECRET}},
    "beside a secret beside its name": lambda: {"field": {"name": "password", "value": "abc12345", "api_key": SECRET}},
    "beside its name, ordered": lambda: {"other": {"name": 1, "value": 2}, "it": Form(name="password", value=SECRET)},
    "beside its name, defaults": lambda: {"field": collections.defaultdict(int, name="password", value=SECRET)},
    "beside its name, named tuple": lambda: {"field": Field("password", SECRET)},
    "credential in an address": lambda: {"address": f"postgres://bob:{SECRET}@db/shop"},
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_named_secrets(holder: str) -> None:
    """A secret is not in the bytes, wherever its name is."""
    assert SECRET.encode() not in pickled(HOLDERS[holder](), redactor=Redactor())


class Breaking:
    """Raises while it is iterated over."""

    def __reduce__(self) -> tuple[object, ...]:
        def items() -> Iterator[object]:
            yield 1
            raise RuntimeError("on the way")

        return list, (), None, items()


@pytest.mark.parametrize("holder", HOLDERS)
def test_secrets_beside_raising_objects(holder: str) -> None:
    """Secrets are also left out on the careful rung, when an object beside them or in the same variable raises."""
    for value in (Breaking(), [Breaking(), HOLDERS[holder]()]):
        values = {**HOLDERS[holder](), "breaking": value}
        data = pickled(values, redactor=Redactor())

        assert SECRET.encode() not in data
        assert b"on the way" in data


@pytest.mark.parametrize("make", [str.encode, bytearray, memoryview, str])
def test_large_data(make: Callable[[Any], object]) -> None:
    """Data larger than a frame, which picklers write directly, is searched as well."""
    text = f"{'plain ' * 20_000} password={SECRET} {'plain ' * 20_000}"
    value = make(text if make in (str, str.encode) else text.encode())

    assert SECRET.encode() not in pickled({"data": value}, redactor=Redactor())


def test_learnt_secrets() -> None:
    """A learnt secret is not in the bytes: neither in texts, bytes and keys nor in bytecode."""
    redactor = Redactor()
    redactor.learn(SECRET)
    frame = {
        "text": f"my word is {SECRET}!",
        "bytes": b"in " + SECRET.encode(),
        "key": {SECRET: 1},
        "set": {SECRET},
        "function": eval(f"lambda: {SECRET!r}"),
    }

    assert SECRET.encode() not in pickled(frame, redactor=redactor)


def test_later_frames_are_watched_too() -> None:
    """The name of a secret that an earlier frame has used does not hide it in a later one."""
    users = [User(), User()]
    frames = [{"fields": ["name", "password"]}, {"first": users[0]}, {"nothing": 1}, {"second": users}]

    assert SECRET.encode() not in pickled(*frames, redactor=Redactor())


def test_identity_is_kept(round_trip: Any) -> None:
    """Objects around a redacted value keep their values and identity, and redacted values are listed by name only."""
    user = User()
    loaded = round_trip({"user": user, "list": [user]}, {"again": user, "password": SECRET})
    found = loaded.locals

    assert found["user"] is found["list"][0] is loaded.values["exceptions[0].frames[1].locals"]["again"]
    assert {"name": "bob", "password": REDACTED_TEXT} == vars(found["user"])
    assert "redacted" == loaded.reasons()[f"{WHERE}['user'].password"]
    assert "redacted" == loaded.reasons()["exceptions[0].frames[1].locals['password']"]
    assert SECRET not in str(loaded.omissions)


def test_the_hook_is_asked(round_trip: Any) -> None:
    """tibidi.config.redact is called for every named value."""
    round_trip.redactor = Redactor(hook=lambda name, value: name == "salary")
    loaded = round_trip({"salary": 100, "person": {"salary": 200, "age": 30}})

    assert {"age": 30} == {key: value for key, value in loaded.locals["person"].items() if type(value) is int}
    assert "redacted" in repr(loaded.locals["salary"]).lower()


def test_ordinary_values_are_left_alone(round_trip: Any) -> None:
    """Nothing is redacted where nothing is secret."""
    frame = {"tokens": ["a", "b"], "author": "ann", "keyboard": "qwertz", "url": "https://example.org/a?b=c", "n": 12}
    loaded = round_trip(frame)

    assert frame == loaded.locals
    assert [] == loaded.omissions


def test_secrets_among_many_texts() -> None:
    """In a large value, whose texts are looked at together, just those with a secret are replaced."""
    texts = [f"a text about item {number}, which costs {number * 7} pounds" for number in range(3_000)]
    texts[1_500] = "postgres://bob:hunter2-hunter2@db/shop"
    nested = collections.OrderedDict((f"key {number}", [text]) for number, text in enumerate(texts))
    data = pickled({"nested": nested, "user": User()}, redactor=Redactor())

    assert b"hunter2" not in data
    assert all(text.encode() in data for text in texts if "bob" not in text)
    assert 1 == data.count(b"postgres://bob:<redacted>@db/shop")


@pytest.mark.parametrize("name", ["auth", "passwords", "password"])
@pytest.mark.parametrize("make", [Unhashable, UnhashableList])
def test_secrets_beside_classes_that_cannot_be_hashed(name: str, make: Callable[[], object]) -> None:
    """An instance of such a class under the name of a secret costs nothing else."""
    secrets = [Unhashable(), SECRET]
    redactor = Redactor()
    data = pickled({name: make(), "pair": ("password", Unhashable()), "n": "kept", "x": secrets[1:]}, redactor=redactor)

    assert b"kept" in data
    learn_secret(redactor, UnhashableList([SECRET]))
    learn_secret(redactor, secrets)
    assert SECRET not in redactor.text(f"is {SECRET}")
