"""Write values whatever they do: one bad value costs one stand-in, and identity holds through all pieces."""

from __future__ import annotations

import collections
import collections.abc
import concurrent.futures
import contextlib
import queue
import sqlite3
import sys
import threading
import time
import types
from typing import TYPE_CHECKING, Any

import pytest

import tibidi
import tibidi.writing
from tibidi.loader import module_in
from tibidi.writing import essences
from tibidi.writing.member_writer import MEMO_COPY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

WHERE = "exceptions[0].frames[0].locals"


class RaisingReduce:
    """Raises where pickling begins."""

    def __reduce_ex__(self, protocol: int) -> Any:
        raise ValueError("no reduce")


class RaisingGetstate:
    """Raises for its state."""

    def __getstate__(self) -> Any:
        raise LookupError("no state")


class RaisingGetattr:
    """Raises for every attribute that it does not have."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")


class RaisingGetattribute:
    """Raises for every attribute."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")


class LyingClass:
    """Says that it is something else."""

    @property
    def __class__(self) -> Any:
        raise KeyError("class")


class HostileMeta(type):
    """Raises for every attribute of its classes."""

    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(f"no {name} of the class")


def of_hostile_meta() -> object:
    """Make an instance of a class that cannot even be asked for its name; pytest would, so it is local."""

    class OfHostileMeta(metaclass=HostileMeta):
        pass

    return type.__call__(OfHostileMeta)


class RaisingIterator(dict):
    """Raises midway, while C code iterates over it."""

    def items(self) -> Any:
        """Yield one item and raise."""
        yield "a", 1
        raise RuntimeError("midway")

    def __reduce__(self) -> Any:
        return type(self), (), None, None, self.items()


class RaisingList(list):
    """Raises midway, as a list."""

    def __iter__(self) -> Any:
        yield 1
        raise RuntimeError("midway")

    def __reduce__(self) -> Any:
        return type(self), (), None, iter(self)


class WrongReduce:
    """Returns what no pickler understands."""

    def __reduce_ex__(self, protocol: int) -> Any:
        return (1, 2, 3)


class Exiting:
    """Tries to end the program."""

    def __reduce_ex__(self, protocol: int) -> Any:
        raise SystemExit(3)


HOSTILE = [
    RaisingReduce,
    RaisingGetstate,
    RaisingGetattribute,
    of_hostile_meta,
    RaisingIterator,
    RaisingList,
    WrongReduce,
    Exiting,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_exactly_the_bad_object_is_replaced(round_trip: Any, hostile: Callable[[], object]) -> None:
    """Only the object that fails becomes a stand-in; the objects around it keep their values and identity."""
    shared = [1, {"two": 2}]
    bad = hostile()
    loaded = round_trip({"shared": shared, "around": {"before": shared, "bad": [bad, bad], "after": shared}})
    around = loaded.locals["around"]

    assert loaded.locals["shared"] is around["before"] is around["after"]
    assert shared == around["before"]
    assert isinstance(around["bad"][0], tibidi.Dummy)
    assert around["bad"][0] is around["bad"][1]
    assert [f"{WHERE}['around']['bad'][0]"] == list(loaded.reasons())


class Refusing:
    """Refuses to be pickled, as some objects of frameworks do."""

    __slots__ = ("__dict__", "slot")

    def __init__(self) -> None:
        self.route, self.slot, self.me, self.password = ["/shop"], "slot", self, "hunter2-hunter2"

    def __reduce_ex__(self, protocol: int) -> Any:
        raise TypeError("not me")


@pytest.mark.parametrize("live", [True, False])
def test_refusing_objects_keep_their_attributes(round_trip: Any, live: bool) -> None:
    """The stand-in of an object that refuses to be pickled has its attributes, except secrets."""
    refusing = Refusing()
    round_trip.live = live
    loaded = round_trip({"route": refusing.route, "bad": refusing})
    bad = loaded.locals["bad"]

    assert isinstance(bad, tibidi.Dummy)
    assert ("slot", "<redacted>") == (bad.slot, bad.password)
    assert bad.route is loaded.locals["route"]
    assert bad is bad.me
    assert {"route", "me", "slot"} <= set(dir(bad))
    assert not hasattr(bad, "other")
    assert {"failed", "redacted"} == set(loaded.reasons().values())


class Compiled:
    """Is made from a text that it does not keep, like a template."""

    def __new__(cls, source: str) -> Any:
        """Make one."""
        made = super().__new__(cls)
        made.name = source[:4]
        return made

    name: str


def test_new_with_required_arguments(round_trip: Any) -> None:
    """An object whose `__new__` needs arguments that were not kept is loaded with its attributes, not as a stand-in."""
    template = Compiled("page of a shop")
    template.me = template  # type: ignore[attr-defined]
    loaded = round_trip({"template": template, "list": [template]})
    again = loaded.locals["template"]

    assert Compiled is type(again)
    assert "page" == again.name
    assert again is again.me is loaded.locals["list"][0]
    assert [] == loaded.omissions


def test_evaluated_lazy_objects(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is evaluated is loaded with its target, and one that is not is left alone."""

    class LazyObject:
        __class__ = property(lambda _: pytest.fail("asked for its class"))  # type: ignore[assignment]
        __module__ = "django.utils.functional"

        def __getattr__(self, name: str) -> Any:
            pytest.fail(f"asked for {name}")

        def __setstate__(self, state: Any) -> None:
            pytest.fail("asked to take its state")

    LazyObject.__qualname__ = "LazyObject"
    for name in ("django", "django.utils", "django.utils.functional"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setattr(sys.modules["django.utils.functional"], "LazyObject", LazyObject, raising=False)
    settings, empty = object.__new__(LazyObject), object.__new__(LazyObject)
    settings.__dict__.update(_wrapped=["DEBUG"])
    empty.__dict__.update(_wrapped=object())
    loaded = round_trip({"settings": settings, "empty": empty})
    again = loaded.locals["settings"]

    assert LazyObject is type(again)
    assert ["DEBUG"] == vars(again)["_wrapped"]
    assert tibidi.Dummy is type(loaded.locals["empty"])
    assert {f"{WHERE}['empty']": "lazy"} == loaded.reasons()


def test_objects_with_locks(round_trip: Any) -> None:
    """Methods that take a lock work on objects whose locks are stand-ins."""
    waiting: queue.Queue[int] = queue.Queue()
    waiting.put(5)
    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    future.set_result(7)
    loaded = round_trip({"queue": waiting, "future": future}).locals

    assert 1 == loaded["queue"].qsize()
    assert 7 == loaded["future"].result()
    assert "finished returned int" in repr(loaded["future"])


class Copying:
    """Has a state that is not its dictionary."""

    def __getstate__(self) -> Any:
        return {"deep": [{"password": "hunter2-hunter2"}]}


def test_only_paths_that_lead_somewhere(round_trip: Any) -> None:
    """An omission in a copy that no longer exists has the path of an existing variable."""
    loaded = round_trip({"copying": Copying(), "other": 1})

    assert {WHERE} == {omission.path for omission in loaded.omissions}


def test_harmless_hostility(round_trip: Any) -> None:
    """Objects that only raise for attributes that pickling does not need are loaded completely."""
    loaded = round_trip({"value": RaisingGetattr(), "other": 1})

    assert 1 == loaded.locals["other"]
    assert "value" in loaded.locals


def test_identity_across_frames(round_trip: Any) -> None:
    """An object in two frames, the exception and the globals is one object again."""
    shared = {"cart": []}
    error = ValueError("x")
    error.cart = shared
    namespace = {"__name__": "shop", "shared": shared}
    loaded = round_trip({"a": shared}, {"b": [shared]}, exception=error, shop=namespace).values

    first = loaded[WHERE]["a"]
    assert first is loaded["exceptions[0].frames[1].locals"]["b"][0]
    assert first is loaded["exceptions[0].exception"].cart
    assert first is loaded["modules['shop']"]["shared"]


def test_identity_after_a_rollback(round_trip: Any) -> None:
    """The memo continues from the last finished member, even if it is large."""
    shared = [object() for _ in range(MEMO_COPY_BYTES // 20)]
    loaded = round_trip(
        {"shared": shared},
        {"bad": RaisingIterator(), "fresh": (fresh := ["fresh"]), "shared": shared},
        {"bad": RaisingList(), "fresh": fresh, "shared": shared},
    ).values
    first, second, third = (loaded[f"exceptions[0].frames[{n}].locals"] for n in range(3))

    assert first["shared"] is second["shared"] is third["shared"]
    assert second["fresh"] is third["fresh"]
    assert ["fresh"] == third["fresh"]


def test_variables_by_the_hundred(round_trip: Any) -> None:
    """A frame of hundreds of variables, some of them bad, is loaded except for these."""
    variables: dict[str, Any] = {f"v{n}": [n] for n in range(500)}
    variables.update({f"bad{n}": RaisingIterator() for n in range(20)})
    loaded = round_trip(variables)

    assert all([n] == loaded.locals[f"v{n}"] for n in range(500))
    assert 20 == len(loaded.omissions)


def test_a_dictionary_that_changes_meanwhile(round_trip: Any) -> None:
    """A dictionary that another thread keeps changing loses nothing but its newest items."""
    mapping = {n: str(n) for n in range(20_000)}
    is_over = threading.Event()

    def change() -> None:
        n = len(mapping)
        while not is_over.is_set():
            n += 1
            mapping[n] = str(n)
            mapping.pop(n - 10, None)
            time.sleep(0)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        loaded = round_trip({"mapping": mapping, "other": [1]})
    finally:
        is_over.set()
        thread.join()

    assert [1] == loaded.locals["other"]
    assert "7" == loaded.locals["mapping"][7]


class Entry:
    """Something to fill containers with."""

    def __init__(self, number: int) -> None:
        self.number = number


def change_for_ever(containers: dict[str, Any], is_over: threading.Event) -> None:
    """Put something in and take something out."""
    number = 100_000
    while not is_over.is_set():
        number += 1
        for name in ("mapping", "ordered", "attributes"):
            containers[name][str(number)] = Entry(number)
            containers[name].pop(str(number - 10), None)
        containers["set"].add(number)
        containers["set"].discard(number - 10)
        for name in ("list", "queue"):
            containers[name].append(number)
            containers[name].pop()


def test_containers_that_change_meanwhile(round_trip: Any) -> None:
    """Containers of any kind that other threads keep changing are complete, and shared objects stay shared."""
    holder = Entry(0)
    entries = [Entry(number) for number in range(3_000)]
    containers: dict[str, Any] = {
        "mapping": {str(entry.number): entry for entry in entries},
        "ordered": collections.OrderedDict((str(entry.number), entry) for entry in entries),
        "attributes": vars(holder),
        "set": set(entries),
        "list": list(entries),
        "queue": collections.deque(entries),
    }
    vars(holder).update(containers["mapping"])
    is_over = threading.Event()
    interval = sys.getswitchinterval()
    threads = [threading.Thread(target=change_for_ever, args=(containers, is_over)) for _ in range(2)]
    sys.setswitchinterval(1e-5)
    for thread in threads:
        thread.start()
    try:
        loaded = round_trip({"containers": containers, "holder": holder, "entry": entries[7], **containers})
    finally:
        sys.setswitchinterval(interval)
        is_over.set()
        for thread in threads:
            thread.join()

    found = loaded.locals
    assert [] == loaded.omissions
    for name in containers:
        assert found["containers"][name] is found[name], name
        assert 3_000 <= len(found[name]) <= 3_100, name
    assert found["entry"] is found["mapping"]["7"] is found["ordered"]["7"] is getattr(found["holder"], "7")
    assert found["entry"] in found["set"]
    assert found["entry"] is found["list"][7]


class AddsToDictionary:
    """Adds an item to a dictionary when it is pickled for the first time, as another thread might."""

    def __init__(self, dictionary: dict[str, Any]) -> None:
        self.dictionary = dictionary

    def __reduce__(self) -> Any:
        self.dictionary["new"] = 1
        return list, ()


def test_identity_with_snapshots(round_trip: Any) -> None:
    """A value written from a snapshot refers to the same objects as the frames before and after it."""
    before, after = [1, {"two": 2}], [3, {"four": 4}]
    changing: dict[str, Any] = {"before": before, "after": after}
    changing["bad"] = AddsToDictionary(changing)
    loaded = round_trip({"before": before}, {"changing": changing}, {"after": after, "changing": changing})
    first, second, third = (loaded.values[f"exceptions[0].frames[{number}].locals"] for number in range(3))

    assert [] == loaded.omissions
    assert second["changing"] is third["changing"]
    assert first["before"] is second["changing"]["before"]
    assert third["after"] is second["changing"]["after"]


class Starving(list):
    """Takes the last of the memory at its end, and counts the items that were asked for."""

    asked = 0

    def __iter__(self) -> Any:
        for number in range(60_000):
            Starving.asked += 1
            yield number
        raise MemoryError

    def __reduce__(self) -> Any:
        return type(self), (), None, iter(self)


def test_one_attempt_without_memory(round_trip: Any) -> None:
    """A value for which the memory does not suffice is tried once in full, and not once more beside the others."""
    Starving.asked = 0
    loaded = round_trip({"before": [1], "starving": Starving(), "after": [2]})

    assert 60_000 <= Starving.asked < 120_000
    assert ([1], [2]) == (loaded.locals["before"], loaded.locals["after"])
    assert {f"{WHERE}['starving']": "failed"} == loaded.reasons()


class Slow:
    """Is slow, but never so slow that it seems to hang."""

    def __reduce__(self) -> Any:
        time.sleep(0.001)
        return Slow, ()


def test_slow_values_do_not_cost_the_rest(round_trip: Any) -> None:
    """A variable that would take more than the whole time is cut; the ones beside it and after it are written."""
    round_trip.seconds = 2.0
    slow = [Slow() for _ in range(10_000)]
    loaded = round_trip(
        {"own": 3, "slow": slow}, {"argument": slow, "outer": "here"}, exception=ValueError("x"), shop={"price": 7}
    )

    assert (3, 10_000) == (loaded.locals["own"], loaded.locals["slow"].facts["length"])
    assert "no time left" in repr(loaded.locals["slow"])
    outer = loaded.values["exceptions[0].frames[1].locals"]
    assert ("here", 10_000) == (outer["outer"], outer["argument"].facts["length"])
    assert ("x",) == loaded.values["exceptions[0].exception"].args
    assert 7 == loaded.values["modules['shop']"]["price"]
    assert {f"{WHERE}['slow']": "timeout"} == loaded.reasons()
    assert loaded.complete


class Service:
    """Has small attributes around a client that consists of many small objects, deep below it."""

    def __init__(self, parts: list[Any]) -> None:
        self.name = "shop"
        self.client = {"pool": {"connections": [{"parts": parts}]}}
        self.convert = lambda price: price * 2
        self.options = {"retries": [1, 2]}


@pytest.mark.parametrize(
    ("limits", "parts", "reason"),
    [
        ({"seconds": 2.0}, [Slow() for _ in range(10_000)], "timeout"),
        ({"max_bytes": 40_000}, [str(number * 7919) for number in range(100_000)], "too large"),
    ],
    ids=["late", "large"],
)
def test_upper_levels(round_trip: Any, limits: dict[str, Any], parts: list[Any], reason: str) -> None:
    """Of a value for which time or space do not suffice there is what is not deep; what is cut has its own path."""
    vars(round_trip).update(limits)
    chunks = [parts[start : start + 100] for start in range(0, len(parts), 100)]
    tree = [chunks[start : start + 100] for start in range(0, len(chunks), 100)]
    loaded = round_trip({"service": Service(tree), "small": [1]}, exception=ValueError("x"))
    service = loaded.locals["service"]

    assert ("shop", {"retries": [1, 2]}, 6) == (service.name, service.options, service.convert(3))
    assert ([1], ("x",)) == (loaded.locals["small"], loaded.values["exceptions[0].exception"].args)
    assert isinstance(service.client["pool"]["connections"][0], tibidi.Cut)
    assert {f"{WHERE}['service'].client['pool']['connections'][0]": reason} == loaded.reasons()
    assert loaded.complete


def test_globals_are_named_not_copied(round_trip: Any) -> None:
    """Functions of a module share its one namespace, also with a variable that holds globals()."""
    namespace: dict[str, Any] = {"__name__": "__main__", "rate": 2}
    exec("def double(x): return x * rate\ndef other(): return double", namespace)
    namespace["itself"] = namespace
    loaded = round_trip({"double": namespace["double"], "all": namespace}, __main__=namespace)
    module = loaded.values["modules['__main__']"]

    assert 6 == loaded.locals["double"](3)
    assert module is loaded.locals["all"] is module["itself"] is loaded.locals["double"].__globals__
    module["rate"] = 10
    assert 30 == module["double"](3)
    assert module["other"]() is module["double"] is loaded.locals["double"]


def test_used_globals_of_libraries(round_trip: Any) -> None:
    """Only the names that captured code uses are kept of the globals of a library."""
    namespace: dict[str, Any] = {"__name__": "lib", "__file__": f"{sys.prefix}/lib/site-packages/lib.py"}
    exec("used = 1\nunused = 2\ndef make():\n    return lambda: used\n", namespace)
    loaded = round_trip({"function": namespace["make"]()}, lib=namespace)

    assert 1 == loaded.locals["function"]()
    assert "unused" not in loaded.values["modules['lib']"]


def test_a_namespace_met_only_on_the_way(round_trip: Any) -> None:
    """A function by value is written with the globals of its module that it uses, and no others."""
    module = types.ModuleType("nowhere")
    exec("rate = 3\nunused = 4\ndef scale(x): return x * rate\n", vars(module))
    loaded = round_trip({"scale": module.scale})

    assert 6 == loaded.locals["scale"](2)
    assert "unused" not in loaded.values["modules['nowhere']"]


def test_namespaces_of_one_name(round_trip: Any) -> None:
    """Of modules with the same name, all but the first have a number in their path, whatever quotes the name has."""
    namespaces: list[dict[str, Any]] = [{"__name__": "it's", "rate": rate} for rate in (2, 3)]
    for namespace in namespaces:
        exec("def scale(x): return x * rate", namespace)
    loaded = round_trip({"scales": [each["scale"] for each in namespaces]})

    assert [10, 15] == [each(5) for each in loaded.locals["scales"]]
    assert ["it's", "it's#2"] == [name for name in map(module_in, loaded.reader.namespaces) if name]


def test_islegal_is_asked_of_every_object(round_trip: Any) -> None:
    """An object that config.islegal refuses, or for which it raises, is a NotPickleable even if nested."""

    class Connection:
        pass

    asked = []

    def islegal(thing: object) -> bool:
        asked.append(thing)
        if isinstance(thing, int):
            raise TypeError("never thought of numbers")
        return not isinstance(thing, Connection)

    round_trip.islegal = islegal
    loaded = round_trip({"nested": [{"c": Connection()}, 5], "text": "some text"})

    assert isinstance(loaded.locals["nested"][0]["c"], tibidi.NotPickleable)
    assert isinstance(loaded.locals["nested"][1], tibidi.NotPickleable)
    assert "some text" in asked
    assert {f"{WHERE}['nested'][0]['c']": "illegal", f"{WHERE}['nested'][1]": "illegal"} == loaded.reasons()
    assert "int: config.islegal raised TypeError: never thought of numbers" == loaded.omissions[-1].detail


@pytest.mark.parametrize(
    ("islegal", "reason"),
    [
        (lambda thing: False, "refused it"),
        (lambda thing: thing.no_such_attribute, "raised AttributeError"),
        (lambda thing: time.sleep(100), "did not finish in time"),
    ],
    ids=["refuses", "raises", "hangs"],
)
def test_islegal_that_allows_nothing(round_trip: Any, islegal: Any, reason: str) -> None:
    """Every variable is a NotPickleable, whose own parts are not asked about; the names of variables are there."""
    round_trip.seconds = 5
    round_trip.islegal = islegal
    loaded = round_trip({"nested": [object(), 5], "text": "some text"})

    assert ["nested", "text"] == list(loaded.locals)
    assert all(f"config.islegal {reason}" in each.reason for each in loaded.locals.values())
    assert {f"{WHERE}['nested']": "illegal", f"{WHERE}['text']": "illegal"} == loaded.reasons()


class Sleepy:
    """Takes two minutes to reduce."""

    def __getstate__(self) -> Any:
        time.sleep(120)
        return {}


class Endless:
    """Never finishes to reduce."""

    def __reduce_ex__(self, protocol: int) -> Any:
        while True:
            pass


class EndlessItems(dict):
    """Never yields its second item."""

    def items(self) -> Any:
        """Yield one item and hang."""
        yield "a", 1
        time.sleep(120)

    def __reduce__(self) -> Any:
        return type(self), (), None, None, self.items()


def test_hanging_values_are_marked(round_trip: Any) -> None:
    """Several values that hang do not use up the time of the others, and no thread goes on running."""
    round_trip.seconds = 5
    before = threading.active_count()
    shared = [1]
    started = time.monotonic()
    loaded = round_trip(
        {"a": shared, "s": {"in": [Sleepy(), shared]}, "e": Endless(), "i": EndlessItems(), "z": shared}
    )

    assert time.monotonic() - started < 20  # each would take two minutes
    assert shared == loaded.locals["z"]
    assert loaded.locals["a"] is loaded.locals["z"] is loaded.locals["s"]["in"][1]
    assert {
        f"{WHERE}['s']['in'][0]": "timeout",
        f"{WHERE}['e']": "timeout",
        f"{WHERE}['i']": "timeout",
    } == loaded.reasons()
    assert loaded.complete
    assert before == threading.active_count()


def test_a_hanging_islegal_is_called_once(round_trip: Any) -> None:
    """After `islegal` has hung nothing is legal, and the time that is left is not used up."""
    asked = []

    def islegal(thing: object) -> bool:
        asked.append(thing)
        while type(thing) is Endless:
            pass
        return True

    round_trip.islegal = islegal
    frames = [{"number": 5, "endless": Endless()} for _ in range(4)]
    loaded = round_trip(*frames)

    assert 1 == sum(type(thing) is Endless for thing in asked)
    assert loaded.complete
    assert {"illegal"} == set(loaded.reasons().values())
    assert all(path in loaded.reasons() for path in [f"exceptions[0].frames[{n}].locals['endless']" for n in range(4)])


def test_values_after_the_deadline_are_listed(round_trip: Any) -> None:
    """Without time no values are written, and the outcome says so."""
    round_trip.seconds = 0
    loaded = round_trip({"a": 1})

    assert {WHERE: "timeout"} == loaded.reasons()
    assert not loaded.complete


@pytest.mark.parametrize("depth", [100_000])
def test_deep_structures(round_trip: Any, depth: int) -> None:
    """Deeply nested lists and objects are kept as deep as the interpreter allows; other values are complete."""

    class Node:
        def __init__(self, following: Any) -> None:
            self.following = following

    nested: list[Any] = []
    linked = None
    for _ in range(depth):
        nested, linked = [nested], Node(linked)
    round_trip.seconds = 60
    loaded = round_trip({"nested": nested, "linked": linked, "other": [1, 2]})
    found = loaded.locals

    assert [1, 2] == found["other"]
    levels, node = 0, found["linked"]
    while hasattr(node, "following"):
        levels, node = levels + 1, node.following
    assert levels == depth or (levels > 10_000 and "too deep" in repr(node))
    levels, inner = 0, found["nested"]
    while isinstance(inner, list) and inner:
        levels, inner = levels + 1, inner[0]
    assert levels == depth or (levels > 10_000 and "too deep" in repr(inner))
    for first in (nested, found["nested"]):  # taken apart, as freeing them would go as deep
        while first:
            first = first.pop()
            if not isinstance(first, list):
                break


def test_large_values_are_cut(round_trip: Any) -> None:
    """A value that does not fit becomes a stand-in with length, head and tail, even if nested."""
    import random

    class Holder:
        def __init__(self, data: Any) -> None:
            self.data = data
            self.name = "holder"

    round_trip.max_bytes = 300_000
    generator = random.Random(0)
    noise = generator.randbytes(1 << 20)
    numbers = [generator.random() for _ in range(300_000)]
    loaded = round_trip({"noise": noise, "numbers": numbers, "holder": Holder(noise), "small": {"a": 1}}, {"b": [2]})
    found = loaded.locals

    assert loaded.size <= 300_000
    assert ({"a": 1}, "holder") == (found["small"], found["holder"].name)
    assert [2] == loaded.values["exceptions[0].frames[1].locals"]["b"]
    assert (1 << 20, noise[:60]) == (found["noise"].facts["length"], found["noise"].facts["head"])
    assert (numbers[:5], numbers[-5:]) == (found["numbers"].facts["head"], found["numbers"].facts["tail"])
    assert "too large" == loaded.reasons()[f"{WHERE}['holder'].data"]


def test_many_small_values_are_cut(round_trip: Any) -> None:
    """If a million small objects do not fit together, their outermost container is cut."""
    import random

    generator = random.Random(2)
    round_trip.max_bytes = 100_000
    tree = {str(n): [generator.random() for _ in range(20)] for n in range(20_000)}
    loaded = round_trip({"tree": tree, "small": 1})

    assert loaded.size <= 100_000
    assert 20_000 == loaded.locals["tree"].facts["length"]
    assert 1 == loaded.locals["small"]


def test_the_least_room(round_trip: Any) -> None:
    """If nothing fits, nothing is written, and everything is listed."""
    round_trip.max_bytes = 200
    loaded = round_trip({"a": list(range(1000))}, {"b": 2})

    assert not loaded.complete
    assert loaded.omissions


def test_the_collector_is_left_as_it_was(round_trip: Any) -> None:
    """The application's garbage collector runs after the dump as it did before."""
    import gc

    assert gc.isenabled()
    round_trip({"a": 1})
    assert gc.isenabled()
    gc.disable()
    try:
        round_trip({"a": 1})
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_recursion_limit_is_left_as_it_was(round_trip: Any) -> None:
    """The application's recursion limit is the same after the dump."""
    before = sys.getrecursionlimit()
    round_trip({"a": RaisingIterator()})

    assert before == sys.getrecursionlimit()


class NoMemory:
    """A finder that raises MemoryError for one module."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_asked = False

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Leave other modules to other finders."""
        if name == self.name:
            self.is_asked = True
            raise MemoryError


@pytest.mark.parametrize("name", ["filters", "careful", "snapshots", "omissions"])
def test_no_memory_for_late_modules(round_trip: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Without memory to load a late module, secrets still stay out of the dump, and other values are written."""
    changing: dict[str, Any] = {}
    changing["bad"] = AddsToDictionary(changing)
    finder = NoMemory(f"tibidi.writing.{name}")
    monkeypatch.delitem(sys.modules, finder.name, raising=False)
    monkeypatch.delattr(tibidi.writing, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    frame = {"nested": {"password": "hunter2345"}, "bad": RaisingIterator(), "changing": changing, "more": [1]}
    loaded = round_trip(frame, {"last": [2]})

    assert finder.is_asked
    assert [1] == loaded.locals["more"]
    assert [2] == loaded.values["exceptions[0].frames[1].locals"]["last"]
    assert "hunter2345" not in repr(loaded.values)
    assert loaded.omissions


class Pairs:
    """A mapping in Python, whose methods are not called."""

    def items(self) -> Any:
        """Fail."""
        raise AssertionError


def test_items_of_collections_in_c() -> None:
    """What cannot be pickled is described by its items if its type is a mapping or a sequence in C."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT 1, 'x'").fetchone()
    collections.abc.Mapping.register(Pairs)

    assert {"items": [1, "x"]} == essences.items(row)
    assert {"items": [("a", 5)]} == essences.items(types.MappingProxyType({"a": 5}))
    assert [{}, {}] == [essences.items(each) for each in (Pairs(), threading.Lock())]
