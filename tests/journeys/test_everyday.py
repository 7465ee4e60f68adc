"""Values that cannot leave their process: what they held is in the dump, live and inert, and in `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from crashing import Crasher

import tibidi

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def dump(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of the program."""
    return Crasher(python, tmp_path_factory.mktemp("everyday"))("val_everyday.py").dump


@pytest.fixture(params=[True, False], ids=["live", "inert"])
def everyday(request: pytest.FixtureRequest, dump: Path) -> dict[str, Any]:
    """The variable of that name in the frame that crashed."""
    return dict(tibidi.load(dump, trust=request.param).exceptions[-1].frames[-1]["everyday"])


def test_data(everyday: dict[str, Any]) -> None:
    """A match has its groups and places, a digest its name and digest, a reader the number of its line."""
    match, digest = everyday["match"], everyday["digest"]

    assert ("foo 42", "foo", "42", "foo") == (match.group(), match.group(1), match[2], match.group("word"))
    assert (("foo", "42"), {"word": "foo"}) == (match.groups(), match.groupdict())
    assert ((7, 13), (11, 13), 7, 13) == (match.span(), match.span(2), match.start(), match.end())
    assert ("a few: foo 42!", r"(?P<word>\w+) (\d+)") == (match.string, match.re.pattern)
    assert ("sha256", "ba7816bf8f01cfea") == (digest.name, digest.hexdigest()[:16])
    assert (2, ";") == (everyday["rows"].line_num, everyday["rows"].dialect.delimiter)
    assert ("<IH", 6) == (everyday["packing"].format, everyday["packing"].size)
    assert (True, b"rest") == (everyday["inflate"].eof, everyday["inflate"].unused_data)


def test_containers(everyday: dict[str, Any]) -> None:
    """A queue has its items, a lock its state, a `threading.local` the attributes of the thread, a row its columns."""
    assert (["two", 3], 2) == (everyday["simple"].queue, everyday["simple"].qsize())
    assert (True, False) == (everyday["lock"].locked(), everyday["free"].locked())
    assert "ada" == everyday["local"].user
    assert (1, "x", ["id", "label"]) == (everyday["row"]["id"], everyday["row"][1], everyday["row"].keys())
    assert ("id", "label") == tuple(column[0] for column in everyday["cursor"].description)
    assert (1, 2.5) == (everyday["point"].x, everyday["point"].y)
    assert not hasattr(everyday["point"], "label")  # an address, which may lead nowhere by now
    assert [1, 2, 3] == everyday["three"].value
    assert (b"native", b"in C") == (everyday["buffer"].value, everyday["text"].value)
    assert ("red", None) == (everyday["environment"]["SHOP_COLOUR"], everyday["environment"].get("SHOP_SIZE"))
    assert (2024, "here") == (everyday["opening"].year, everyday["opening"].tzinfo.place)


def test_computations(everyday: dict[str, Any]) -> None:
    """A future has its result or exception, a task its name and coroutine, a generator its line and variables."""
    failed = everyday["failed"].exception()
    coroutine = everyday["task"].get_coro()

    assert (True, [1, 2]) == (everyday["done"].done(), everyday["done"].result())
    assert (ValueError, ("bad",)) == (type(failed), failed.args)
    assert (True, True) == (everyday["failed"].done(), everyday["task"].get_name().startswith("Task-"))
    assert ("wait", "val_everyday.py") == (coroutine.name, coroutine.file.rpartition("/")[2])
    assert (40 + 0 + 1, 1) == (everyday["generator"].locals["total"], everyday["generator"].locals["number"])
    assert isinstance(everyday["generator"], tibidi.NotPickleable)


def test_context(everyday: dict[str, Any]) -> None:
    """A context variable has its value, though the context of the crash is over when the dump is made."""
    assert ("request_id", "req-17") == (everyday["variable"].name, everyday["variable"].get())
    assert "req-17" == everyday["context"].request_id
    assert ("request_id", "(no value)") == (everyday["token"].var.name, everyday["token"].old_value)


def test_references(everyday: dict[str, Any]) -> None:
    """A weak reference leads to the very object that is elsewhere in the dump; a dead one is dead."""
    parent = everyday["parent"]

    assert parent is everyday["child"].parent()
    assert parent is everyday["proxy"]
    assert everyday["dead"]() is None
    assert [parent] == list(everyday["nodes"])
    assert "first" == dict(everyday["by_node"].items())[parent]
    assert parent is everyday["others"]["parent"]


def test_views(everyday: dict[str, Any]) -> None:
    """A memoryview is one again, with its shape."""
    view = everyday["view"]

    assert (memoryview, (2, 3), [[0, 1, 2], [3, 4, 5]], False) == (type(view), view.shape, view.tolist(), view.readonly)
    assert (b"abc", True) == (everyday["read_only"].tobytes(), everyday["read_only"].readonly)


def test_show(dump: Path) -> None:
    """`show` has the same words as the stand-ins, and no reason is one for programmers."""
    shown = "\n".join(
        each.preview for each in tibidi.load(dump, trust=False).exceptions[-1].frames[-1].record.locals.values()
    )
    reasons = {omission.detail for omission in tibidi.load(dump, trust=False).omissions}

    assert "<Match string='a few: foo 42!', span=" in shown
    assert "<Future _state='FINISHED', done=True, cancelled=False, result=[1, 2], exception=None>" in shown
    assert "re.Match: it cannot leave its process" in reasons
    assert not [reason for reason in reasons if "cannot pickle" in reason]
