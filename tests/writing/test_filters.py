"""tibidi.writing.filters: what is replaced before it is pickled, by which rules."""

from __future__ import annotations

import collections
import enum
from typing import Any

import pytest

from tibidi.model import ILLEGAL, REDACTED, REDACTED_TEXT, TIMEOUT, TOO_LARGE
from tibidi.redaction import Redactor
from tibidi.words import vocabulary
from tibidi.words.standins import Cut, NotPickleable, Redacted
from tibidi.writing.filters import Filter, Rules
from tibidi.writing.namespaces import Namespaces
from tibidi.writing.pickle_state import PickleState
from tibidi.writing.reducers import Reducers

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
Login = collections.namedtuple("Login", ["user", "password"])


class Keys(enum.Enum):
    """An enumeration with a secret."""

    PASSWORD = "hunter22"
    COLOUR = "red"


class Filtered:
    """The hooks of a filter, and what it has noted."""

    def __init__(self, islegal: Any = None, **rules: Any) -> None:
        self.state = PickleState()
        redactor = Redactor()
        self.reducers = Reducers(Namespaces(), self.state, redactor, [])
        self.filter = Filter(self.reducers, self.state, redactor, islegal)
        self.hooks = self.filter.hooks(Rules(**rules))

    def __call__(self, thing: object) -> Any:
        """Return the replacement."""
        return self.hooks.replacement(thing)

    def reasons(self) -> list[tuple[str, object]]:
        """Return reason and key of each substitution."""
        return [(each.reason, each.key) for each in self.state.substitutions]


def test_values_of_secret_names() -> None:
    """The values of secret names are replaced in a copy: texts by a text, data by data, others by a stand-in."""
    mapping = {"password": "hunter22", "api_key": b"12345678", "secret": [1], "user": "bob"}
    filtered = Filtered()
    copy = filtered(mapping)

    assert (REDACTED_TEXT, REDACTED_TEXT.encode(), "bob") == (copy["password"], copy["api_key"], copy["user"])
    assert (Redacted, "list") == (type(copy["secret"]), copy["secret"].type_name)
    assert "hunter22" == mapping["password"]
    assert [(REDACTED, "password"), (REDACTED, "api_key"), (REDACTED, "secret")] == filtered.reasons()


def test_one_replacement_for_an_object() -> None:
    """Every reference to an object gets the same replacement, which is noted once."""
    mapping = {"password": "hunter22"}
    filtered = Filtered()

    assert filtered(mapping) is filtered(mapping)
    assert 1 == len(filtered.reasons())


def test_ordinary_objects_are_left_alone() -> None:
    """What contains no secret is not replaced, by any rules."""
    for rules in ({}, {"texts": True}):
        filtered = Filtered(**rules)

        assert [None] * 6 == list(map(filtered, [1, "text", b"data", {"user": "bob"}, ("user", "bob"), [1]]))
        assert [] == filtered.reasons()


def test_texts_only_where_the_rules_say_so() -> None:
    """Secrets inside of texts and data are replaced by the rule for texts, and not by that for names."""
    for thing in (f"the token {TOKEN}", f"the token {TOKEN}".encode()):
        filtered = Filtered(texts=True)

        assert Filtered()(thing) is None
        assert type(thing) is type(filtered(thing))
        assert TOKEN not in str(filtered(thing))


def test_secret_names_are_spelt_out() -> None:
    """The name of a secret is replaced by a copy, so that the memo never has the name itself."""
    name = "password"
    copy = Filtered()(name)

    assert name == copy
    assert name is not copy


def test_headers() -> None:
    """A pair of a secret name and a value is treated as an item of a mapping."""
    assert ("authorization", REDACTED_TEXT) == Filtered()(("authorization", "Bearer 123456"))


def test_reduce_values() -> None:
    """Secrets that have their names only in a reduce value are replaced there."""

    def connect(host: str, password: str = "hunter22") -> None: ...

    filtered = Filtered()
    _, arguments, *_ = filtered.hooks.reduce(Login("bob", "hunter22"))
    _, (_, name, value), *_ = filtered.hooks.reduce(Keys.PASSWORD)
    defaults = filtered.hooks.reduce(connect)[2][0]["__defaults__"]

    assert "hunter22" not in repr(arguments)
    assert ("PASSWORD", REDACTED_TEXT) == (name, value)
    assert (REDACTED_TEXT,) == defaults
    assert "red" == filtered.hooks.reduce(Keys.COLOUR)[1][2]


def test_large_objects() -> None:
    """Objects above the size of the rules are cut, for want of space or of time."""
    thing = list(range(1_000))
    early, late = Filtered(max_bytes=1_000), Filtered(max_bytes=1_000, is_late=True)

    assert (Cut, "too large") == (type(early(thing)), early(thing).reason)
    assert "no time left" == late(thing).reason
    assert [(TOO_LARGE, None)] == early.reasons()
    assert [(TIMEOUT, None)] == late.reasons()
    assert early([1]) is None


@pytest.mark.parametrize("error", [ValueError, SystemExit, GeneratorExit])
def test_islegal(error: type[BaseException]) -> None:
    """What `islegal` refuses or raises for is replaced; it is not called for our own objects."""
    shown: list[object] = []

    def islegal(thing: object) -> bool:
        shown.append(thing)
        if thing == 2:
            raise error("unexpected")
        return thing != 3

    filtered = Filtered(islegal)
    replacements = [filtered(thing) for thing in (1, 2, 3, None, vocabulary._function, Cut("list", "too large"))]

    assert [1, 2, 3] == shown
    assert (NotPickleable, NotPickleable) == (type(replacements[1]), type(replacements[2]))
    assert f"config.islegal raised {error.__name__}: unexpected" == replacements[1].reason
    assert "config.islegal refused it" == replacements[2].reason
    assert [None] * 4 == [replacements[0], *replacements[3:]]
    assert 2 * [(ILLEGAL, None)] == filtered.reasons()


def test_an_islegal_that_hung_is_not_called_again() -> None:
    """After `islegal` has hung, nothing is legal."""
    filtered = Filtered(lambda thing: True)
    assert filtered(1) is None
    filtered.state.running = filtered.filter._islegal
    filtered.state.block_running()

    assert "config.islegal did not finish in time" == filtered(2).reason


@pytest.mark.parametrize("rules", [{}, {"texts": True}])
def test_bytecode_with_a_secret(rules: dict[str, Any]) -> None:
    """Bytecode that contains a secret is left out, as it can be compiled again from its source."""
    filtered = Filtered(**rules)
    secret = compile(f"x = {TOKEN!r}", "file.py", "exec")
    plain = compile("x = 1", "file.py", "exec")

    assert b"" == filtered(filtered.hooks.reduce(secret)[1][1])
    assert filtered(filtered.hooks.reduce(plain)[1][1]) is None
