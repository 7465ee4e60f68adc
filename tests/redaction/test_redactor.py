"""What is secret in a process, by name, by value and by having been met."""

from __future__ import annotations

import array
import asyncio
import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import hashlib
import io
import pickle
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.look.anatomy import error_text
from tibidi.model import REDACTED_TEXT
from tibidi.process.temporary import Abandoned
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable


class Session:
    """An object under the name of a secret, which is none."""


@pytest.mark.parametrize("value", ["hunter2", b"hunter2", bytearray(b"hunter2"), 12345678, ["a", "b"], ("a", "b")])
def test_conceals_under_a_name_without_doubt(value: object) -> None:
    """Texts, numbers and whole containers under such a name are secret."""
    assert Redactor().conceals("password", value)


@pytest.mark.parametrize("value", ["", None, True, 3, Session(), Session, len, [], {}])
def test_does_not_conceal(value: object) -> None:
    """What cannot be a secret is none under any name: flags, small numbers, objects, nothing."""
    assert not Redactor().conceals("password", value)


@pytest.mark.parametrize(
    "value",
    [collections.deque(["a"]), memoryview(b"hunter2"), array.array("B", b"hunter2"), {"a1b2c3d4": None}],
    ids=lambda value: type(value).__name__,
)
def test_containers_of_secrets(value: object) -> None:
    """Containers that are no literals are secret as well, and so is a mapping with keys that look arbitrary."""
    assert Redactor().conceals("passwords", value)


@pytest.mark.parametrize(
    "value", [uuid.UUID(int=1 << 100), decimal.Decimal("482913"), collections.UserString("a1b2"), 482913.0]
)
def test_other_scalars(value: object) -> None:
    """Numbers, identifiers and texts of the standard library are secret under the names that hide a number."""
    redactor = Redactor()

    assert redactor.conceals("password", value)
    assert not redactor.conceals("token", value)
    assert not redactor.conceals("token_count", value)
    assert not redactor.conceals("price", value)


@pytest.mark.parametrize("value", [0.5, 1000.5, 3.0, float("nan"), float("inf")])
def test_floats_that_are_no_secrets(value: float) -> None:
    """A small number or a fraction is no PIN."""
    assert not Redactor().conceals("password", value)


def test_logins() -> None:
    """A pair of user and password is secret, also if the password is bytes."""
    redactor = Redactor()

    assert redactor.conceals("auth", ("ada", "hunter2"))
    assert redactor.conceals("auth", ["ada", b"hunter2"])
    assert not redactor.conceals("auth", ("ada", 5))
    assert not redactor.conceals("auth", ("ada", "hunter2", "x"))


def test_a_password_is_no_directory() -> None:
    """Under a name that both have, what begins as a path is a directory, and anything else is a password."""
    redactor = Redactor()

    assert redactor.conceals("pwd", "abc/def1")
    assert not redactor.conceals("PWD", "/home/bob")
    assert not redactor.conceals("pwd", "./src")


def test_mappings_of_secrets() -> None:
    """Under the name of several secrets a mapping is secret; under that of one it is described by its own names."""
    redactor = Redactor()

    assert redactor.conceals("cookies", {"sid": "abc"})
    assert redactor.conceals("passwords", {"bob": "abc"})
    assert not redactor.conceals("password", {"type": "string", "min_length": 8})


@pytest.mark.parametrize("value", ["str", "str | None", "Optional[str]", "typing.Optional[bytes]", "SecretStr"])
def test_annotations_are_no_secrets(value: str) -> None:
    """The annotation of a secret tells nothing of it."""
    assert not Redactor().conceals("password", value)


def test_soft_names_conceal_only_text() -> None:
    """A session or token is a secret as a text that looks arbitrary, and no other way."""
    redactor = Redactor()

    assert redactor.conceals("session", "a1b2c3d4")
    assert redactor.conceals(b"session", b"a1b2c3d4")
    assert not redactor.conceals("token", "return")
    assert not redactor.conceals("session", {"cart": [1]})
    assert not redactor.conceals("token", 4711)


def test_names_of_any_text_type() -> None:
    """The key of a mapping may be bytes, or a subclass of str that is not asked what it is."""

    class Name(str):
        __slots__ = ()

        def lower(self) -> Any:
            raise AssertionError("code of the application was run")

    class Field(str, enum.Enum):
        PASSWORD = "password"

    assert Redactor().conceals(b"Authorization", "abc")
    assert Redactor().conceals(Name("password"), "abc")
    assert Redactor().conceals(Field.PASSWORD, "abc")
    assert not Redactor().conceals(("password",), "abc")


def test_working_directory_is_no_password() -> None:
    """PWD names a folder in every environment."""
    redactor = Redactor(environ={"PWD": "/home/ada/project", "OLDPWD": "/home/ada"})

    assert "/home/ada/project/x" == redactor.text("/home/ada/project/x")


def test_user_names_are_globs() -> None:
    """TIBIDI_REDACT adds names, in any case."""
    redactor = Redactor(["iban", "*_salary"])

    assert redactor.conceals("IBAN", "DE02")
    assert redactor.conceals("yearly_salary", "12345")
    assert not redactor.conceals("ibanez", "guitar")


@pytest.mark.parametrize(
    "value", [950, 0.5, True, {"base": 5}, [1.5], (5, 6), b"x", datetime.date(1980, 1, 2), Session()]
)
def test_user_names_hide_everything(value: object) -> None:
    """Under a name that the user gives, any value is secret."""
    assert Redactor(["salary*"]).conceals("salary_total", value)


@pytest.mark.parametrize(
    "value", [None, "", Session, re, property(len), test_user_names_are_globs, dataclasses.field()]
)
def test_user_names_do_not_hide_code(value: object) -> None:
    """Nothing, code and descriptions of fields are no secret under any name."""
    assert not Redactor(["salary*"]).conceals("salary_total", value)


def test_hook() -> None:
    """`tibidi.config.redact` decides about any name and value; when it fails, the value is redacted."""

    def hook(name: str, value: object) -> bool:
        if name == "broken":
            raise ValueError
        return value == 42

    redactor = Redactor(hook=hook)

    assert redactor.conceals("answer", 42)
    assert redactor.conceals("broken", "x")
    assert not redactor.conceals("answer", 43)


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), asyncio.CancelledError()])
def test_hook_that_exits(error: BaseException) -> None:
    """The hook may raise anything."""

    def hook(name: str, value: object) -> bool:
        raise error

    redactor = Redactor(hook=hook)

    assert redactor.conceals("answer", 42)
    assert f"config.redact raised {error_text(error)} for 'answer'" == redactor.hook_failure


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Abandoned()])
def test_interrupt_in_a_hook(error: BaseException) -> None:
    """What ends a dump from outside is no failure of the hook."""

    def hook(name: str, value: object) -> bool:
        raise error

    with pytest.raises(type(error)):
        Redactor(hook=hook).conceals("answer", 42)


def test_binary_keys() -> None:
    """A key that is no text is redacted in data, and as it is written in messages, hexadecimal and base64."""
    key = bytes(range(128, 160))
    redactor = Redactor()
    redactor.learn(bytearray(key))
    spellings = [repr([key])[3:-2], key.hex(), key.hex().upper(), key.decode("latin-1")]
    spellings += [encode(key).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)]

    assert f"cannot sign with b'{REDACTED_TEXT}'" == redactor.text(f"cannot sign with {key!r}")
    assert [f"({REDACTED_TEXT})"] * 6 == [redactor.text(f"({each})") for each in spellings]
    assert b"\xff" + REDACTED_TEXT.encode() + b"\xff" == redactor.data(b"\xff" + key + b"\xff")


def test_short_data() -> None:
    """A few bytes are no key that would be found in any data."""
    redactor = Redactor()
    redactor.learn(b"\0\xff\0\xff\0\xff")
    data = b"\1" + b"\0\xff" * 9

    assert data is redactor.data(data)


@pytest.mark.parametrize("size", [16, 24, 32, 64])
def test_random_data_is_a_key(size: int) -> None:
    """Random data of the length of a key is secret under any name of a key."""
    data = hashlib.shake_256(b"seed").digest(size)

    assert all(Redactor().conceals(name, data) for name in ("key", "token", "signing_key"))
    assert not Redactor().conceals("key", b"\xff\xfe" * (size // 2))


def test_environment_is_learnt() -> None:
    """Secret entries of the environment, and passwords in its URLs, are redacted everywhere."""
    redactor = Redactor(environ={"API_TOKEN": "zxcv-98765", "DATABASE_URL": "pg://bob:geheim77@db/x", "LANG": "de_DE"})

    assert f"[{REDACTED_TEXT}]" == redactor.text("[zxcv-98765]")
    assert f"it is {REDACTED_TEXT}" == redactor.text("it is geheim77")
    assert "de_DE" == redactor.text("de_DE")


@pytest.mark.parametrize("written", ["pa'ss\\w ord", repr("pa'ss\\w ord"), "pa%27ss%5Cw%20ord"])
def test_learnt_values_in_other_spellings(written: str) -> None:
    """A secret is found in a repr and in a URL too."""
    redactor = Redactor()
    redactor.learn("pa'ss\\w ord")

    assert "ss" not in redactor.text(f"x {written} y")


def test_learnt_values_in_bytes() -> None:
    """A secret text is found in bytes, and secret bytes in a text."""
    redactor = Redactor()
    redactor.learn("pässword-1234")
    redactor.learn(b"bytes-5678")

    assert b"a <redacted> b" == redactor.data("a pässword-1234 b".encode())
    assert "a <redacted> b" == redactor.text("a bytes-5678 b")


def test_short_values_are_redacted_as_words() -> None:
    """A short secret is not searched within longer words."""
    redactor = Redactor()
    redactor.learn("bob42")

    assert "<redacted>, bob421" == redactor.text("bob42, bob421")


@pytest.mark.parametrize("value", ["", "abc", "admin", "localhost", "password", "aaaaaaaa", "API_KEY"])
def test_trivial_values_are_not_learnt(value: str) -> None:
    """What is the value of many a harmless variable is redacted at its name only."""
    redactor = Redactor()
    redactor.learn(value)

    assert f"x {value} y" == redactor.text(f"x {value} y")


def test_same_object_when_nothing_is_secret() -> None:
    """Callers see by identity that nothing was changed."""
    redactor = Redactor(environ={"API_TOKEN": "zxcv-98765"})
    text, data = "an ordinary text" * 2, b"ordinary data" * 2

    assert redactor.text(text) is text
    assert redactor.data(data) is data


def test_pairs_of_headers() -> None:
    """In a list of headers the second of a pair is secret; two words next to each other are none."""
    redactor = Redactor()

    assert redactor.conceals_pair(b"authorization", b"Basic abcdef")
    assert redactor.conceals_pair("X-Api-Key", "abcdef")
    assert not redactor.conceals_pair("password", "email")
    assert not redactor.conceals_pair("cookie", "session")
    assert redactor.conceals_pair("password", "hunter2")
    assert not redactor.conceals_pair("/opt/secrets-3", "11/lib")


def test_rows_of_headers() -> None:
    """The last of a row is secret also where the name is in it twice, as it was written and in small letters."""
    redactor = Redactor()

    assert redactor.conceals_last((b"authorization", b"Token abcdef"))
    assert redactor.conceals_last((b"Authorization", b"authorization", b"Token abcdef"))
    assert not redactor.conceals_last((b"Accept", b"accept", b"*/*"))
    assert not redactor.conceals_last(("x", "set-cookie", "abcdef"))
    assert not redactor.conceals_last((1, "set-cookie", "abcdef"))
    assert not redactor.conceals_last((b"authorization",))
    assert not redactor.conceals_last(())


def is_suspect(redactor: Redactor, chunk: bytes) -> bool:
    """Tell whether a chunk of a pickle is to be filtered, for a name or a value."""
    return redactor.suspects_name(chunk) or redactor.suspects_value(chunk)


@pytest.mark.parametrize(
    "value",
    [
        {"password": "x"},
        {"x": "see geheim-4711 there"},
        {"x": b"see geheim-4711 there"},
        ["Bearer abc123def"],
        ["postgres://bob:pw@db/x"],
        ["ghp_abcdefghijklmnopqrstuvwxyz0123456789"],
        ["-----BEGIN PRIVATE KEY-----\nabc"],
        ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
        ["https://x/?token=abcdef"],
        ["AKIAIOSFODNN7EXAMPLE"],
        ["sk-proj-abcdefghijklmnop1234"],
        ["Basic dXNlcjpwdw=="],
    ],
)
def test_suspects_pickles_with_secrets(value: object) -> None:
    """A pickle that holds a secret name or value is suspected."""
    redactor = Redactor()
    redactor.learn("geheim-4711")

    assert is_suspect(redactor, pickle.dumps(value, 5))


@pytest.mark.parametrize("before", ["", "plain " * 2_000, "-_:=A.Bb " * 2_000])
@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcdefghijklmnop1234",
        "xoxb-123456789012-abc",
        "-----BEGIN RSA PRIVATE KEY-----",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "sk_live_abcdefghij12",
        "amqp://bob:pw@host",
        "password=hunter2",
        "AKIAIOSFODNN7EXAMPLE",
        "AIza" + "x1" * 15,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln",
        "SG.abcdefghijklmnop1.abcdefghijklmnop2",
        "Bearer abc",
        "Basic abc",
        "bearer abc",
    ],
)
def test_suspects_looks_at_any_place(secret: str, before: str) -> None:
    """A secret is seen at the beginning, far behind it, and behind many characters that one might begin with."""
    assert Redactor().suspects_value((before + secret + " and so on" * 1_000).encode())


def test_suspects_no_ordinary_pickle() -> None:
    """A pickle of ordinary values is not, whatever bytes its numbers are made of."""
    values = [list(range(100_000)), [i * 1.5 for i in range(10_000)], {f"key_{i}": f"value {i}" for i in range(1000)}]
    redactor = Redactor(environ={"API_TOKEN": "zxcv-98765"})

    assert [False] * 3 == [is_suspect(redactor, pickle.dumps(value, 5)) for value in values]


FLOATS = [number / 7 for number in range(10_000)]
RECORDS = [{"id": number, "name": f"user{number}", "zip": f"{number:05}"} for number in range(3_000)]
WORDS = [
    f"{number:x} of {number * 7:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for number in range(9_000)
]


@pytest.mark.parametrize("around", [FLOATS, RECORDS, WORDS], ids=["numbers", "records", "texts"])
@pytest.mark.parametrize(
    "value",
    [
        {"password": "x"},
        {b"x-api-key": b"abcdef"},
        "password=hunter2",
        "so war es — password=hunter2",
        "x" * 300 + " password=hunter2",
        "amqp://bob:pw@host",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        ["mysql", "-phunter2"],
        "mit gehe&4 darin",
        b"gehe&4",
        "größe4",
    ],
)
def test_a_secret_is_seen_among_many_values(around: list[object], value: object) -> None:
    """A name, a pattern and a learnt secret are seen in each kind of data; without them, nothing is suspected."""
    redactor = Redactor()
    redactor.learn("gehe&4")
    redactor.learn("größe4")

    assert not is_suspect(redactor, pickle.dumps(around, 5))
    assert is_suspect(redactor, pickle.dumps([*around, value, *around], 5))


def test_comparisons() -> None:
    """A text is redacted that is compared with the name of a secret."""
    assert 'if ("<redacted>" == password) {' == Redactor().text('if ("m{h}o)p$x7y" == password) {')


def test_a_secret_among_texts_that_differ_in_numbers() -> None:
    """Of texts that are equal but for their digits one is searched; a learnt secret in a later one is found."""
    redactor = Redactor()
    redactor.learn("order 12345678")
    lines = [f"order {number:08} was shipped to Berlin in good order" for number in range(2_000)]
    harmless, leaking = pickle.dumps(lines, 5), pickle.dumps([*lines, "order 12345678 was shipped to Berlin"], 5)

    assert not is_suspect(redactor, harmless)
    assert not is_suspect(redactor, harmless)
    assert is_suspect(redactor, leaking)


BETWEEN_NUMBERS = [
    "pwd=a",
    "password=hunter22",
    b"password=hunter22",
    bytearray(b"password=hunter22"),
    "я" * 300 + " pwd=hunter22",
    "я" * 100 + "pwd=hunter22",
    "€" * 200 + "pwd=hunter22",
    ("a" * 250 + "_password=hunter22").encode(),
    "— Ô └└ password=hunter22",
    "“quoted” password=hunter22".encode("cp1252"),
    "\0\x1b[31m password=hunter22\x1b[0m \0",
    "\x8c\x94C\x06X password=hunter22",
    "-ghp_0123456789abcdefghijABCDEFGHIJ01234567890",
    ("ü" * 40_000 + " password=hunter22"),
]
NUMBERS: dict[str, Callable[[int], object]] = {
    "float": lambda n: (n + 1) / 7,
    "large int": lambda n: 7**n % 2**64,
    "record": lambda n: (n, n * 0.5, {"id": n}),
    "short text": lambda n: (n, f"item {n}", "Д", n / 7),
    "short bytes": lambda n: n.to_bytes(5, "little"),
    "opcodes": lambda n: (b"C\x8cX\x96B" * 5)[n % 25 :],
}


class Chunks(io.RawIOBase):
    """The file of a pickler, which writes a frame at once."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: Any) -> int:
        """Append a chunk."""
        self.written.append(bytes(data))
        return len(data)


def chunks_of(value: object, make: Any) -> list[bytes]:
    """Return what a pickler writes."""
    file = Chunks()
    make(file, 5).dump(value)
    return file.written


@pytest.mark.parametrize("make", [pickle.Pickler, pickle._Pickler])  # type: ignore[attr-defined]
@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("secret", BETWEEN_NUMBERS, ids=range(len(BETWEEN_NUMBERS)))
def test_a_secret_among_many_numbers(secret: object, kind: str, make: Any) -> None:
    """A text is found among numbers and references, whatever its kind, its length and what surrounds it."""
    numbers = [NUMBERS[kind](number) for number in range(3_000)]

    assert not any(is_suspect(Redactor(), chunk) for chunk in chunks_of(numbers, make))
    assert any(is_suspect(Redactor(), chunk) for chunk in chunks_of([*numbers, secret, *numbers], make))


def test_personal_data_in_a_long_text() -> None:
    """The profile for personal data applies to long texts, too."""
    line = "parcel sent to a neighbour, who signed\n"
    text = line * 5_000 + "mail jane.doe@example.org\n" + line * 5_000

    assert text.replace("jane.doe@example.org", "<redacted>") == Redactor(["@personal"]).text(text)


OPERATIONS = {
    "get_password_data": "GetPasswordData",
    "create_traffic_mirror_session": "CreateTrafficMirrorSession",
    "delete_ipam_external_resource_verification_token": "DeleteIpamExternalResourceVerificationToken",
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_names_of_operations(name: str) -> None:
    """A name in camel case is no secret under itself, as in the clients of boto3, nor are words under a soft name."""
    redactor = Redactor()

    assert not redactor.conceals(name, OPERATIONS[name])
    assert not redactor.conceals("session_user_agent_extra", "Botocore/1.44.8")
    assert not redactor.conceals("session", "ModifyTrafficMirrorFilterRule")
    assert redactor.conceals("password", "GetPasswordData")
    assert redactor.conceals("session", "kQzRTbWnXcVmPaLsYdEfGh")
