"""`tibidi analyze`: one page about a crash for a reader in a hurry, human or program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest
from crashing import ROOT, Crasher

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.once

MAX_CHARACTERS = 2_000 * 4
# The program, and what the first 30 lines say of its planted culprit.
CULPRITS = {
    "dataclass_method": "count: is zero",
    "dataframe": "'amount' is not among 2 keys; there are ['sku', 'price']",
    "enumeration": "<Level.HIGH: 2> is not among 1 keys",
    "closure": "factor: is zero",
    "method_of_self": "'USD' is not among 1 keys; there are ['EUR'] <- currency in [1] withdraw",
    "generator": "other: is zero",
    "coroutine": "self.hosts[name]: is None",
    "recursion": "tree['depth']: is zero",
    "row": "user.visits: is zero",
    "rebound": "text[1]: 'two' is no number",
    "lock": "'b' is not among 1 keys",
    "keyword_only": "people: is zero",
    "variadic": "parts[2]: is None",
    "properties": "self.prices: is an empty list",
    "cause": "text: '80a' is no number, for 'a' <- settings['port'] in [0] read",
    "generator_argument": "numbers: is an empty list",
    "../night/night": "text: '1,50' is no number, for ','",
}


@pytest.fixture(scope="module")
def crash(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Crasher:
    """Run programs with one crash directory for all tests, each of which names the dump that it looks at."""
    return Crasher(python, tmp_path_factory.mktemp("analyze"))


@pytest.fixture(scope="module")
def shop(crash: Crasher) -> Path:
    """The dump of a program with several suspicious values."""
    return crash("suspicious.py").dump


def test_culprits(crash: Crasher) -> None:
    """In at least 9 of 10 programs, the first 30 lines name the planted culprit; the page has at most 2,000 tokens."""
    missed = []
    for name, said in CULPRITS.items():
        ended = crash(f"repro/{name}.py")
        if "No module named" in ended.stderr:
            continue
        page = crash.run("-m", "tibidi", "analyze", str(ended.dumps[-1])).stdout
        missed += [name] if said not in "\n".join(page.splitlines()[:30]) else []
        assert len(page) <= MAX_CHARACTERS

    assert len(missed) <= len(CULPRITS) // 10, missed


@pytest.mark.parametrize("program", ["repro/cause.py", "suspicious.py"])
def test_same_title(crash: Crasher, program: str) -> None:
    """The page names the crash and its place as `show` does, also where another frame of a chain is to blame."""
    dump = str(crash(program).dump)
    page, shown = (crash.run("-m", "tibidi", name, dump).stdout.splitlines() for name in ("analyze", "show"))

    assert ["crash:", f"  {shown[0]}"] == page[:2]


def test_analyze(crash: Crasher, shop: Path) -> None:
    """The page says what is suspicious on the line first, is the same each time, and gets shorter on demand."""
    page, again = (crash.run("-m", "tibidi", "analyze", str(shop)).stdout for _ in range(2))
    short = crash.run("-m", "tibidi", "analyze", "--tokens", "150", str(shop)).stdout
    data = json.loads(crash.run("-m", "tibidi", "analyze", "--json", str(shop)).stdout)

    assert page == again
    assert "IndexError at suspicious.py:9 in pay" == data["crash"]
    assert ["cart.lines[index]", "index 2 of a list of length 2"] == [
        data["suspicions"][0][k] for k in ("name", "what")
    ]
    odd = {each["name"]: each["what"] for each in data["suspicions"]}
    assert "'sprng' is not among 1 keys; near 'spring'" == odd["known['sprng']"]
    assert "is str '2', annotated as float" == odd["rate"]
    assert ("is None", "is None") == (odd["coupons"], odd["prices[1]"])
    assert "exceptions[0].frames[1]" == data["frame"]
    assert f"tibidi repro {shop.name}" in page.splitlines()[-2]
    assert len(short) < 150 * 4 + 200 < len(page)
    assert "next:" in short
    jsonschema.validate(data, json.loads((ROOT / "docs" / "analysis.schema.json").read_text(encoding="utf-8")))


EXPLAINED = {
    'd[k.lower() + "s"]': ("k, d = 'Tea', {'tea': 3}", "'teas' is not among 1 keys; near 'tea'"),
    "d[x + 1, k]": ("x, k, d = 1, 'a', {(1, 'a'): 3}", "(2, 'a') is not among 1 keys; there are [(1, 'a')]"),
    "len(d) + d['n'] + x": ("d, x = {'n': 1}, '2'", ""),
    "x + d['n']": ("d, x = {'n': 1}, '2'", "is str '2', beside the number d['n']"),
    "x < d[0]": ("d, x = ['2'], 1.5", "is str '2', beside the number x"),
    "d": ("d = {'a': 1}\n    d['b'] = d['bb']", "'bb' is not among 1 keys; there are ['a']"),
    "int(x)": ("x, unit = 'two', 'EUR'", "'two' is no number"),
}


@pytest.mark.parametrize("line", EXPLAINED)
def test_explained(crash: Crasher, line: str) -> None:
    """What explains the crash is suspicious: a key that was computed, mixed types; a text elsewhere is not."""
    made, said = EXPLAINED[line]
    program = crash.work / "app.py"
    program.write_text(f"def run():\n    {made}\n    return {line}\nrun()\n", encoding="utf-8")
    page = crash.run("-m", "tibidi", "analyze", "--json", str(crash(program).dump)).stdout

    assert ([said] if said else []) == [each["what"] for each in json.loads(page)["suspicions"]]


def test_assertions(crash: Crasher) -> None:
    """What pytest's assertion rewriting keeps, and imported modules, are no variables of the program."""
    (crash.work / "test_app.py").write_text("def test_it():\n    import json\n    got = [1]\n    assert got == [2]\n")
    crash.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--tibidi", cwd=crash.work)
    page = json.loads(crash.run("-m", "tibidi", "analyze", "--json", "test_app.py::test_it").stdout)

    assert ["got"] == [each["name"] for each in page["values"]]


def test_a_signaling_nan(crash: Crasher) -> None:
    """What raises when it is compared is suspicious, and ends nothing."""
    program = crash.work / "app.py"
    program.write_text(
        "from decimal import Decimal\ndef pay(price, rate):\n    return price * rate\npay(Decimal('sNaN'), 2)\n",
        encoding="utf-8",
    )
    page = crash.run("-m", "tibidi", "analyze", str(crash(program).dump)).stdout

    assert "price: is not a number" in page
