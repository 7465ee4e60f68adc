"""Secrets do not reach the disk, and ordinary values do."""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
import zipfile
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.dumpfile.reader import Reader
from tibidi.model import REDACTED

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.once

SECRET = re.compile(rb"\w*-?SECRET-?\d?\w*")


def members(path: Path) -> dict[str, bytes]:
    """Return the content of a dump, without the sources and the traceback's lines from them."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("sources/")}


def test_secrets_do_not_reach_the_disk(crash: Crasher) -> None:
    """Known by name, by pattern or from elsewhere: no secret is in any member but the source of the program."""
    crashed = crash("redact_everywhere.py")
    found = members(crashed.dump)
    source = (PROGRAMS / "redact_everywhere.py").read_bytes()
    own_lines = [line for line in found.pop("traceback.txt").splitlines() if line.strip() not in source]

    assert {} == {name: leaks for name, data in found.items() if (leaks := SECRET.findall(data))}
    assert [] == [line for line in own_lines if SECRET.search(line)]


def test_secrets_in_names_and_errors(crash: Crasher) -> None:
    """Names of threads and tasks, the text of a syntax error, and quotes in errors of tibidi are redacted as well."""
    crashed = crash("redact_names.py")
    found = members(crashed.dump)

    assert {} == {name: leaks for name, data in found.items() if (leaks := SECRET.findall(data))}
    assert b"upload <redacted>" in found["summary.json"]
    assert b"waiting for _asyncio.Task poll <redacted>" in found["summary.json"]
    assert b"postgres://bob:<redacted>@db.example.org" in found["values/index.json"]
    assert b"token=<redacted>" in found["traceback.txt"]


def test_what_was_redacted_is_listed(crash: Crasher) -> None:
    """Each place has its omission, with the rule and without the value."""
    crashed = crash("redact_everywhere.py")
    with Reader(str(crashed.dump)) as reader:
        omissions = [omission for omission in reader.summary.omissions if omission.reason == REDACTED]
    paths = {omission.path for omission in omissions}

    assert {
        "process.argv[1]",
        "process.argv[3]",
        "process.environment['SERVICE_TOKEN']",
        "process.environment['DATABASE_URL']",
        "exceptions[1].message",
        "exceptions[1].frames[1].locals['client'].password",
        "exceptions[1].frames[1].locals['client'].headers['Authorization']",
        "exceptions[1].frames[1].locals['passwords']",
        "modules['__main__']['API_KEY']",
    } <= paths
    assert not [omission for omission in omissions if "SECRET" in omission.path + omission.detail]


def test_what_is_no_secret_stays(crash: Crasher) -> None:
    """Apart from the secrets everything is unchanged."""
    crashed = crash("redact_everywhere.py")
    with Reader(str(crashed.dump)) as reader:
        summary = reader.summary
    shown = summary.exceptions[-1].frames[-1].locals

    assert "'an ordinary text'" == shown["kept"].preview
    assert "<redacted>" == shown["session"].preview
    assert "Account(user='bob', private_key=<redacted>)" == shown["account"].preview
    assert "'https://api.example.org/orders?token=<redacted>&page=2'" == shown["query"].preview
    assert "postgres://bob:<redacted>@db.example.org/shop" == summary.process.environment["DATABASE_URL"]
    assert ("--password=<redacted>", "--api-key", "<redacted>", "--verbose") == summary.process.argv[1:]


def test_ordinary_values_are_not_redacted(crash: Crasher) -> None:
    """A crash among ordinary values, many of whose names and texts look alike, loses none of them."""
    crashed = crash("redact_nothing.py")
    with Reader(str(crashed.dump)) as reader:
        summary = reader.summary

    assert [] == [omission for omission in summary.omissions if omission.reason == REDACTED]
    assert {} == {name: data for name, data in members(crashed.dump).items() if b"<redacted>" in data}
    assert "no luck: token expected at line 3, session closed, pass: 2 of 3" == summary.exceptions[-1].message


def test_further_names(crash: Crasher) -> None:
    """TIBIDI_REDACT adds names as globs, wherever names matter."""
    crashed = crash("redact_nothing.py", env={"TIBIDI_REDACT": "prose, check*"})
    with Reader(str(crashed.dump)) as reader:
        shown = reader.summary.exceptions[-1].frames[-1].locals

    assert "<redacted>" == shown["prose"].preview
    assert "<redacted>" == shown["checksum"].preview
    assert "'Ada Lovelace'" not in shown["checksum"].preview
    assert b"butter" not in b"".join(data for name, data in members(crashed.dump).items() if name != "traceback.txt")


def test_hook_of_the_application(crash: Crasher, tmp_path: Path) -> None:
    """A value for which `tibidi.config.redact` returns True is redacted, in both passes."""
    program = tmp_path / "hooked.py"
    program.write_text(
        "import tibidi\n"
        "tibidi.config.redact = lambda name, value: name.startswith('patient')\n"
        "def crash(patient_name, ward):\n"
        "    raise ValueError(ward)\n"
        "crash(''.join(['Jane ', 'Roe']), 'ward 3')\n",
        encoding="utf-8",
    )
    crashed = crash(program)

    assert "ward 3" in crashed.stderr
    assert not [name for name, data in members(crashed.dump).items() if b"Jane Roe" in data]


def test_a_callback_that_raises(crash: Crasher) -> None:
    """Where config.redact raises, the value is redacted, and the dump says why."""
    code = """
        import tibidi
        def redact(name, value):
            return value.startswith("private")
        tibidi.config.redact = redact
        def work(count, text):
            return count / 0
        work(12345, "kept")
    """
    crashed = crash.run("-c", textwrap.dedent(code))
    dump = tibidi.load(crashed.dump)

    assert "redacted" in repr(dump.exceptions[-1][-1]["count"])
    assert "kept" == dump.exceptions[-1][-1]["text"]
    assert [each.detail.partition(" for ")[0] for each in dump.omissions if each.path == "config.redact"] == [
        "config.redact raised AttributeError: 'int' object has no attribute 'startswith'"
    ]


def test_no_canary_reaches_the_disk(crash: Crasher) -> None:
    """None of the canaries, each in another kind of place, is in a member or the headline."""
    crashed = crash("redact_canaries.py")
    found = members(crashed.dump)
    shown = tibidi.load(crashed.dump, trust=True).exceptions[0][1]

    assert {} == {name: leaks for name, data in found.items() if (leaks := re.findall(rb"Kx7q9Zt\d+", data))}
    assert b"Kx7q9Zt" not in crashed.dump.read_bytes()
    assert "an ordinary text" == shown["kept"]
    assert "redacted" not in shown["directory"]


def test_without_environment(crash: Crasher) -> None:
    """With TIBIDI_ENVIRONMENT=none, no variable of the environment is in a value, and other values are there."""
    code = """
        import os
        def work(environ, copy, merged, PLACE):
            raise KeyError("no")
        work(os.environ, dict(os.environ), {**os.environ, "port": 8000}, "own value")
    """
    env = {"TIBIDI_ENVIRONMENT": "none", "PLACE": "Frobnicate"}
    crashed = crash.run("-c", textwrap.dedent(code), env=env)
    shown = tibidi.load(crashed.dump, trust=True).exceptions[-1][-1]

    assert {} == {name: data for name, data in members(crashed.dump).items() if b"Frobnicate" in data}
    assert (8000, "own value") == (shown["merged"]["port"], shown["PLACE"])


def test_secrets_of_functions_and_classes(crash: Crasher) -> None:
    """Secrets that functions close over, or have as defaults, and those of classes are learnt."""
    code = """
        def close(api_key):
            return lambda: api_key
        def work(closure, token_of="a", access_token="Kx7q9Zt1a", *, db_password="Kx7q9Zt2b"):
            one, two, three, four = ["Kx7q9Zt" + end for end in ("1a", "2b", "3c", "4d")]
            raise KeyError(three)
        class Settings:
            SECRET_KEY = "Kx7q9Zt3c"
        work(close("Kx7q9Zt" + "4d"))
    """
    program = crash.work / "app.py"
    program.write_text(textwrap.dedent(code), encoding="utf-8")
    found = members(crash(program).dump)

    assert {} == {
        name: leaks
        for name, data in found.items()
        if not name.startswith("sources/") and (leaks := re.findall(rb"Kx7q9Zt\d\w", data))
    }


def test_short_secret_in_a_closure(crash: Crasher) -> None:
    """A number, or a text that is too short to be looked for, is redacted in the functions that have it by name."""
    code = """
        def make(passcode, password):
            return lambda: (passcode, password)
        def work(closure, function):
            raise KeyError("no")
        work(make(int("483920"), "Kx" + "7"), lambda pwd="Kx" + "7", *, passcode=int("483920"): 0)
    """
    program = crash.work / "app.py"
    program.write_text(textwrap.dedent(code), encoding="utf-8")
    crashed = crash(program)
    found = members(crashed.dump)
    shown = tibidi.load(crashed.dump, trust=True).exceptions[-1][-1]

    assert {} == {name: data for name, data in found.items() if name.endswith("pkl") and b"Kx7" in data}
    assert {} == {name: data for name, data in found.items() if (483920).to_bytes(4, "little") in data}
    assert ["Redacted", "str"] == [type(each).__name__ for each in shown["closure"]()]


@pytest.mark.parametrize("kind", ["Reduced", "State", "Arguments", "Frozen"])
def test_secrets_without_names(kind: str, crash: Crasher) -> None:
    """A secret is redacted where the class of its object, of another module, passes it on without a name."""
    module = """
        import dataclasses
        class Reduced:
            __slots__ = "user", "password", "passcode"
            def __init__(self, user, password, passcode):
                self.user, self.password, self.passcode = user, password, passcode
            def __reduce__(self):
                return type(self), (self.user, self.password, self.passcode)
        class State(Reduced):
            def __reduce__(self):
                return State, ("", "", 0), (self.user, [self.password, self.passcode])
            def __setstate__(self, state):
                self.user, (self.password, self.passcode) = state
        class Arguments:
            def __new__(cls, user, password, passcode):
                self = super().__new__(cls)
                self.user, self.password, self.passcode = user, password, passcode
                return self
            def __getnewargs__(self):
                return self.user, self.password, self.passcode
        try:
            Frozen = dataclasses.make_dataclass("Frozen", ("user", "password", "passcode"), frozen=True, slots=True)
        except TypeError:  # before Python 3.10
            Frozen = Reduced
        Frozen.__module__ = "accounts"
    """
    code = f"""
        import accounts
        def work(found):
            raise KeyError("no")
        work([accounts.{kind}("bob", f"Kx7q9Zt{{number:03}}", 483000 + number) for number in range(300)])
    """
    (crash.work / "accounts.py").write_text(textwrap.dedent(module), encoding="utf-8")
    program = crash.work / "app.py"
    program.write_text(textwrap.dedent(code), encoding="utf-8")
    found = members(crash(program).dump)

    assert {} == {name: leaks for name, data in found.items() if (leaks := re.findall(rb"Kx7q9Zt\d+", data))}
    assert (483299).to_bytes(4, "little") not in b"".join(found.values())
    assert b"<redacted>" in found["values/0001.pkl"]


def test_binary_key(crash: Crasher) -> None:
    """A binary key under the name of a secret is redacted wherever else its bytes are."""
    program = crash.work / "app.py"
    code = """
        import base64, hashlib, io
        def work(secret_key, spare, **others):
            raise KeyError("no")
        key = hashlib.sha256(b"seed").digest()
        work(key, (1, key), a=[key], b={key}, c={"a": key}, d=b"prefix" + key, e=key.hex(), f=base64.b64encode(key),
             g=io.BytesIO(key), h=bytearray(key), i=base64.urlsafe_b64encode(key).decode(), j=memoryview(key))
    """
    program.write_text(textwrap.dedent(code), encoding="utf-8")
    key = hashlib.sha256(b"seed").digest()
    spellings = key, key.hex().encode(), repr(key)[2:20].replace("\\", "\\\\").encode(), base64.b64encode(key)[:20]

    assert {} == {
        name: leaks
        for name, data in members(crash(program).dump).items()
        if (leaks := [each for each in spellings if each in data])
    }


@pytest.mark.parametrize("module", ["pydantic", "pydantic.v1", "starlette"])
def test_types_that_hide_secrets(module: str, crash: Crasher) -> None:
    """A value whose type exists to hide it is redacted whatever its name is, also in a subclass and a container."""
    pytest.importorskip(module)
    crashed = crash("redact_types.py", module)
    found = members(crashed.dump)
    frame = tibidi.load(crashed.dump, trust=False).exceptions[-1][-1]

    assert {} == {name: leaks for name, data in found.items() if (leaks := SECRET.findall(data))}
    assert {"Redacted"} == {type(each).__name__ for each in (*frame["hidden"], frame["by_name"]["first"])}


def test_lists_that_are_not_filled(crash: Crasher) -> None:
    """The search for secrets leaves the parts of types in C alone that Python code must not see: they are NULL."""
    code = """
        import itertools, xml.etree.ElementTree as tree
        builder, parser = tree.TreeBuilder(), tree.XMLParser()
        pairs = itertools.combinations("abc", 2), itertools.permutations("abc"), itertools.product("ab", "cd")
        parser.feed("<a>"), builder.start("a", {}), 1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert 1 == crashed.status
    assert "TreeBuilder" in tibidi.load(crashed.dump, trust=False).exceptions[-1][-1].record.locals["builder"].preview
