"""What strangers might send: pickles, stories and archives, each by a name that says what is wrong with it."""

from __future__ import annotations

import json
import pickle
import struct

from dumpfile import samples
from hostile import forging
from hostile.forging import MEMOIZE, START, call, name, plain, text, variables

from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt

MERSENNE = (1 << 61) - 1  # sys.hash_info.modulus: multiples of it have the same hash
SETITEM, APPEND, POP = pickle.SETITEM, pickle.APPEND, pickle.POP
ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b2J‮\r"


def get(index: int) -> bytes:
    """Return the opcodes that push what is at this place of the memo."""
    return pickle.LONG_BINGET + struct.pack("<I", index)


def built(made: bytes, state: bytes) -> bytes:
    """Return the opcodes that give something a state."""
    return made + state + pickle.BUILD


# What picklescan, fickling and modelscan have samples of: names that do harm, or did not look as if they could.
SCANNED = """
_aix_support._read_cmd_output _io.FileIO _osx_support._find_build_tool _pyrepl.pager.pipe_pager cProfile.runctx
cloudpickle.cloudpickle._make_function distutils.file_util.write_file doctest.debug_script ensurepip._run_pip
fickling.hook.remove_hook idlelib.calltip.get_entity imaplib.IMAP4_stream logging.FileHandler
multiprocessing.util.spawnv_passfds numpy.f2py.crackfortran.getlincoef pickle.loads pip.main pkgutil.resolve_name
profile.run pydoc.locate pydoc.pipepager runpy.run_path runpy._run_code smtplib.SMTP ssl.get_server_certificate
test.support.script_helper.assert_python_ok torch.serialization.load torch.utils.collect_env.run
urllib.request.urlopen uuid._get_command_stdout venv.create
"""


def calls() -> dict[str, bytes]:
    """Name and call what does harm."""
    touch = "open('/tmp/tibidi-was-here', 'w')"
    found = {
        "os.system": call("os", "system", "touch /tmp/tibidi-was-here"),
        "posix.system": call("posix", "system", "touch /tmp/tibidi-was-here"),
        "eval": call("builtins", "eval", touch),
        "exec": call("builtins", "exec", touch),
        "open": call("builtins", "open", "/tmp/tibidi-was-here", "w"),
        "dunder import": call("builtins", "__import__", "antigravity"),
        "import_module": call("importlib", "import_module", "antigravity"),
        "module word": call("tibidi", "_module", "antigravity"),
        "reference word": call("tibidi", "_reference", "antigravity", "fly", "dict", ()),
        "a name alone": name("antigravity", "geohash"),
        "attrgetter": name("operator", "attrgetter") + plain(("system",)) + pickle.REDUCE,
        "getattr of module": name("builtins", "getattr")
        + call("tibidi", "_module", "os")
        + text("system")
        + pickle.TUPLE2
        + pickle.REDUCE
        + plain(("touch /tmp/tibidi-was-here",))
        + pickle.REDUCE,
        "code type": call("types", "CodeType", 0, 0, 0, 0, 0, 0, b"\x00" * 99, (), (), (), "f", "n", 1, b""),
        "code word": call("tibidi", "_code", b"\xff", b"\xe3" * 99, "f", "q", "n", 1, (), (), (), ()),
        "type word": call("tibidi", "_type", "CodeType"),
        "function type": call("types", "FunctionType", None, {}),
        "popen": call("subprocess", "Popen", "touch /tmp/tibidi-was-here"),
        "pty": call("pty", "spawn", "/bin/sh"),
        "ctypes": call("ctypes", "CDLL", "libc.so.6"),
        "ctypes string_at": call("ctypes", "string_at", 1),
        "socket": call("socket", "create_connection", ("127.0.0.1", 9)),
        "numpy load": call("numpy", "load", "/etc/passwd"),
        "numpy fromfile": call("numpy", "fromfile", "/etc/passwd"),
        "numpy runstring": call("numpy.testing._private.utils", "runstring", touch, {}),
        "pandas read": call("pandas.io.pickle", "read_pickle", "/tmp/x"),
        "our own load": call("tibidi", "load", "/etc/passwd"),
        "our own dumper": call("tibidi", "dump_exception", "x"),
        "webbrowser": call("webbrowser", "open", "http://127.0.0.1:9/"),
        "timeit": call("timeit", "timeit", touch),
        "pdb": call("pdb", "run", touch),
        "code interact": call("code", "interact"),
    }
    for each in SCANNED.split():
        module, _, known = each.rpartition(".")
        found[each] = call(module, known, "touch /tmp/tibidi-was-here")
    return found


def makers() -> dict[str, bytes]:
    """Hand hostile arguments and states to what is plain data."""
    return {
        "huge range": call("builtins", "range", 1 << 300),
        "huge bytes": call("builtins", "bytes", 1 << 40),
        "huge bytearray": call("builtins", "bytearray", 1 << 40),
        "list of range": name("builtins", "list") + call("builtins", "range", 1 << 40) + pickle.TUPLE1 + pickle.REDUCE,
        "deque": call("collections", "deque", [], -5),
        "defaultdict": name("collections", "defaultdict") + name("os", "system") + pickle.TUPLE1 + pickle.REDUCE,
        "counter": call("collections", "Counter", [[1]]),
        "decimal": call("decimal", "Decimal", "1E+999999999999999999"),
        "fraction": call("fractions", "Fraction", "9" * 9_999 + "/3"),
        "fraction of zero": call("fractions", "Fraction", 1, 0),
        "datetime": call("datetime", "datetime", b"\xff" * 10),
        "date": call("datetime", "date", b"\x00\x00\x00\x00"),
        "timedelta": call("datetime", "timedelta", 1 << 200),
        "zone": call("zoneinfo", "ZoneInfo", "../../etc/passwd"),
        "pattern": call("re", "_compile", "(a+)+" * 999, 0),
        "path": call("pathlib", "PosixPath", *["a" * 999] * 5_000),
        "address": call("ipaddress", "IPv4Network", "0.0.0.0/" + "9" * 90),
        "array": call("array", "_array_reconstructor", None, "d", 16, b"123"),
        "struct_time": call("time", "struct_time", (1, 2)),
        "uuid": built(call("uuid", "UUID"), plain({"int": -5, "__class__": 1, "bytes": b""})),
        "namespace": built(call("types", "SimpleNamespace"), plain({"__class__": 1, "__dict__": 2, "x": 3})),
        "state of a class": built(name("uuid", "UUID"), plain((None, {"__init__": 1, "hex": 2}))),
        "state of an inert class": built(name("shop", "Cart"), plain((None, {"__init__": 1, "__repr__": 2}))),
        "state of a list": built(plain([]), plain({"append": 1})),
        "state that shadows": built(
            name("shop", "Cart") + plain(()) + pickle.NEWOBJ,
            plain({"__class__": 1, "__dict__": 2, "__repr__": 3, "__len__": 4, "_items_": 5, "_args_": 6}),
        ),
        "items that shadow": built(
            name("shop", "Cart") + plain(()) + pickle.NEWOBJ + plain("k") + plain("v") + SETITEM, plain({"_items_": 5})
        ),
        "unicode error": name("tibidi", "_exception_state")
        + name("tibidi", "_exception")
        + name("builtins", "UnicodeDecodeError")
        + pickle.TUPLE1
        + pickle.REDUCE
        + plain(({"start": -(1 << 40), "end": 1 - (1 << 40), "object": b"x", "encoding": "a", "reason": "b"}, {}, None))
        + pickle.TUPLE2
        + pickle.REDUCE,
        "dtype": built(
            call("numpy", "dtype", "V8", False, True),
            plain((3, "|", None, ("a",), {"a": (1, 1 << 40)}, 8, 1, 0)),
        ),
        "object dtype of bytes": name("numpy.core.numeric", "_frombuffer")
        + pickle.MARK
        + plain(b"12345678")
        + call("numpy", "dtype", "O8", False, True)
        + plain((1,))
        + plain("C")
        + pickle.TUPLE
        + pickle.REDUCE,
        "array of a huge shape": built(
            call("numpy.core.multiarray", "_reconstruct", None, (0,), b"b"),
            plain((1, (1 << 39, 1 << 39), None, False, b"")),
        ),
        "class of two layouts": call("tibidi", "_class", None, "C", (1, 2), {"__module__": "m"}),
        "class with an evil body": call("tibidi", "_class", None, "C", (), {"__del__": 1, "__module__": 5, "mro": 3}),
        "namespace word": call("tibidi", "_namespace", "modules['os']"),
        "subclass of int": call("tibidi", "_reference", "m", "I", "int", ()),
        "reference to nonsense": call("tibidi", "_reference", "m", "I", "eval", ()),
        "persistent id": plain("x") + pickle.BINPERSID,
        "escape sequences": built(name(ESCAPES, ESCAPES) + plain(()) + pickle.NEWOBJ, plain({ESCAPES: ESCAPES})),
        "escape sequences in a stand-in": call("tibidi", "Dummy", ESCAPES, ESCAPES, ESCAPES),
        "escape sequences in a function": name("tibidi", "_function")
        + pickle.MARK
        + call("tibidi", "_code", b"", b"", ESCAPES, ESCAPES, ESCAPES, 1)
        + plain({})
        + plain(ESCAPES)
        + pickle.NONE
        + pickle.TUPLE
        + pickle.REDUCE,
    }


def _pairs(levels: int) -> bytes:
    words = pickle.EMPTY_TUPLE + MEMOIZE
    for level in range(levels):
        words += get(2 + level) + pickle.TUPLE2 + MEMOIZE
    return words


LAUGHS = _pairs(64)  # takes for ever to hash or to print; as the first that a variable memoizes


def bombs() -> dict[str, bytes]:
    """Take time or memory without end."""
    million = 1_000_000
    return {
        "billion laughs as a key": variables(x=pickle.EMPTY_DICT + LAUGHS + pickle.NONE + SETITEM),
        "billion laughs of frozensets": variables(x=pickle.MARK + _frozensets(64) + pickle.TUPLE),
        "deep lists": START + pickle.EMPTY_LIST * million + APPEND * (million - 1) + pickle.STOP,
        "deep tuples": variables(x=pickle.EMPTY_TUPLE + pickle.TUPLE1 * million),
        "deep tuples as a key": variables(
            x=pickle.EMPTY_DICT + pickle.EMPTY_TUPLE + pickle.TUPLE1 * million + pickle.NONE + SETITEM
        ),
        "deep dictionaries": START + (pickle.EMPTY_DICT + text("k")) * million + pickle.NONE + SETITEM * million + b".",
        "sets": START + (pickle.EMPTY_SET + MEMOIZE) * (20 * million) + pickle.STOP,
        "dictionaries": START + (pickle.EMPTY_DICT + MEMOIZE + POP) * (20 * million) + pickle.STOP,
        "marks": START + pickle.MARK * (100 * million) + pickle.STOP,
        "nothing, often": START + pickle.NONE * (100 * million) + pickle.STOP,
        "huge text": variables(x=pickle.BINUNICODE8 + struct.pack("<Q", 1 << 62) + b"abc"),
        "huge bytes": variables(x=pickle.BINBYTES8 + struct.pack("<Q", (1 << 63) - 1) + b"abc"),
        "huge bytearray": variables(x=pickle.BYTEARRAY8 + struct.pack("<Q", 1 << 40) + b"abc"),
        "huge integer": variables(x=pickle.LONG4 + struct.pack("<I", (1 << 31) - 1) + b"abc"),
        "huge frame": START + pickle.FRAME + struct.pack("<Q", 1 << 62) + pickle.NONE + pickle.STOP,
        "frame within frame": START + (pickle.FRAME + struct.pack("<Q", 12)) * 9 + pickle.NONE + pickle.STOP,
        "memo index": variables(x=get((1 << 32) - 1)),
        "put": START + pickle.NONE + pickle.LONG_BINPUT + b"\xff\xff\xff\xff" + pickle.STOP,
        "colliding keys": variables(
            x=pickle.EMPTY_DICT
            + b"".join(
                colliding(range(at, at + 1_000), pickle.NONE) + pickle.SETITEMS for at in range(0, 60_000, 1_000)
            )
        ),
        "one key for all": variables(x=pickle.EMPTY_SET + pickle.MARK + plain(1 << 400_000) + pickle.ADDITEMS),
        **{f"billion laughs {where}": variables(x=data) for where, data in _laughs_where_a_hash_is_taken().items()},
    }


def colliding(numbers: range, value: bytes = b"") -> bytes:
    """Return a mark and numbers that all have the same hash, each with a value."""
    return pickle.MARK + b"".join(plain(MERSENNE * (number + 1)) + value for number in numbers)


def _laughs_where_a_hash_is_taken() -> dict[str, bytes]:
    """Return values for which a set or a dictionary would be asked for the tuple that takes for ever to hash."""
    dtype, series = call("numpy", "dtype", "V8", False, True), name("pandas.core.frame", "DataFrame")
    index = call("pandas.core.indexes.base", "_new_Index", None, {"left": [1], "right": [2]})
    block = name("pandas._libs.internals", "_unpickle_block") + plain([]) + LAUGHS + pickle.TUPLE1 + pickle.TUPLE2
    manager = name("m", "Manager") + pickle.MARK + block + pickle.REDUCE + pickle.TUPLE1 + plain(([], []))
    return {
        "as a key of a view": name("tibidi", "_keys") + LAUGHS + pickle.TUPLE1 * 2 + pickle.REDUCE,
        "as a byte order": dtype + pickle.MARK + plain(3) + LAUGHS + plain(None) * 4 + pickle.TUPLE + pickle.BUILD,
        "as the name of a field": dtype
        + (pickle.MARK + plain(3) + plain("|") + plain(None) + LAUGHS + pickle.TUPLE1 + plain({}) + plain(8))
        + (pickle.TUPLE + pickle.BUILD),
        "as the name of a function": name("functools", "reduce")
        + built(name("shop", "Cart") + plain(()) + pickle.NEWOBJ, _entry("_inert_name_"))
        + (plain(()) + pickle.TUPLE2 + pickle.REDUCE),
        "as a fact of a stand-in": built(call("tibidi", "Cut"), _entry("facts", _entry("x"))),
        "as the reason of a stand-in": built(call("tibidi", "Dummy"), _entry("reason")),
        "as the end of an interval": built(index, _entry("closed")),
        "as the place of a column": built(
            series + plain(()) + pickle.NEWOBJ, _entry("_mgr", manager + pickle.TUPLE + pickle.REDUCE)
        ),
    }


def _entry(key: str, value: bytes | None = None) -> bytes:
    return pickle.EMPTY_DICT + text(key) + (LAUGHS if value is None else value) + SETITEM


def _frozensets(levels: int) -> bytes:
    words = pickle.MARK + plain(1) + pickle.FROZENSET + MEMOIZE
    for level in range(levels):
        words += pickle.MARK + get(2 + level) + plain(level) + pickle.FROZENSET + MEMOIZE
    return words


def nonsense() -> dict[str, bytes]:
    """Break the rules of pickles."""
    return {
        "empty": b"",
        "protocol 0": b"cos\nsystem\n(S'touch /tmp/tibidi-was-here'\ntR.",
        "protocol 2": b"\x80\x02cos\nsystem\n.",
        "inst": START + b"(S'x'\nios\nsystem\n.",
        "extension": START + b"\x82\x01.",
        "next buffer": START + pickle.NEXT_BUFFER + pickle.STOP,
        "stack underflow": START + pickle.POP * 9 + pickle.STOP,
        "reduce of nothing": START + pickle.REDUCE + pickle.STOP,
        "build of nothing": START + pickle.NONE + pickle.BUILD + pickle.STOP,
        "mark that is missing": START + pickle.APPENDS + pickle.STOP,
        "mark that is left": START + pickle.MARK + pickle.NONE + pickle.STOP,
        "two values": START + pickle.NONE * 2 + pickle.STOP,
        "no stop": START + pickle.NONE,
        "more behind the stop": START + pickle.NONE + pickle.STOP + b"x",
        "no pair": START + plain(5) + pickle.STOP,
        "paths that are none": START + plain((5, {})) + pickle.STOP,
        "call without a tuple": variables(x=name("os", "system") + pickle.NONE + pickle.REDUCE),
        "call of a number": variables(x=plain(5) + plain(()) + pickle.REDUCE),
        "call of a list": variables(x=plain([]) + plain(()) + pickle.REDUCE),
        "object of a number": variables(x=plain(5) + plain(()) + pickle.NEWOBJ),
        "object with odd keywords": variables(x=name("a", "B") + plain(()) + plain(5) + pickle.NEWOBJ_EX),
        "name that is no text": START + plain(5) + plain(5) + pickle.STACK_GLOBAL + pickle.STOP,
        "items of a number": variables(x=plain(5) + plain(5) + APPEND),
        "pair of a number": variables(x=plain(5) + plain(5) + plain(5) + SETITEM),
        "odd items": variables(x=pickle.EMPTY_DICT + pickle.MARK + plain(5) + pickle.SETITEMS),
        "a list as a key": variables(x=pickle.EMPTY_DICT + plain([]) + plain(5) + SETITEM),
        "bad utf-8": variables(x=pickle.SHORT_BINUNICODE + b"\x02\xff\xff"),
        "names of variables that are none": START + text(forging.PATHS[0]) + pickle.TUPLE1 + plain({5: 6}) + b"\x86.",
    }


def pickles() -> dict[str, bytes]:
    """Return all hostile pickles."""
    wrapped = {key: variables(x=value) for key, value in {**calls(), **makers()}.items()}
    return {**wrapped, **bombs(), **nonsense()}


def stories() -> dict[str, bytes]:
    """Return hostile texts for `summary.json`."""
    good = encode.summary_to_json(samples.summary())
    crash, frame = good["exceptions"][0], good["exceptions"][0]["frames"][0]

    def changed(**fields: object) -> bytes:
        return json.dumps({**good, **fields}).encode()

    def crashed(**fields: object) -> bytes:
        return changed(exceptions=[{**crash, **fields}])

    def stood(**fields: object) -> bytes:
        return crashed(frames=[{**frame, **fields}])

    return {
        "not JSON": b"hello",
        "a list": b"[]",
        "no fields": b"{}",
        "NaN": changed(time=float("nan")),
        "infinity": stood(line=float("inf")),
        "duplicate keys": b'{"format": 1, "format": 99}',
        "a million levels": b"[" * 1_000_000,
        "a million levels of objects": b'{"a":' * 1_000_000,
        "no exceptions": changed(exceptions=[]),
        "exceptions that are none": changed(exceptions=[5]),
        "newer": changed(format=2),
        "huge line": stood(line=10**30),
        "huge digits": b'{"format": ' + b"9" * 1_000_000 + b"}",
        "negative line": stood(line=-5, end_line=-7, column=-1, end_column=1 << 40),
        "line of billions": stood(line=1 << 40),
        "parent of itself": crashed(parent=0, relation="cause"),
        "parent that is not there": crashed(parent=77, relation="context"),
        "unknown relation": crashed(relation="enemy"),
        "empty records": stood(locals={"x": {"table": {}}, "y": {}}),
        "nothing in a record": changed(
            exceptions=[{"frames": [{}]}],
            threads=[{}],
            tasks=[{}],
            omissions=[{}],
            log=[{}],
            swallowed=[{}],
            process={},
        ),
        "odd names": stood(name="a b\0c", qualname="\ud800", module="", file="\0"),
        "type that is no name": crashed(type="a.\ud800\0B", message="\udfff"),
        "local file": stood(file="/etc/passwd"),
        "code that contradicts itself": stood(
            code={**frame["code"], "argcount": 1 << 40, "posonlyargcount": 99, "varnames": ["x", "x", "not a name"]}
        ),
        "freevars that are none": stood(code={**frame["code"], "freevars": ["1", "x y"], "cellvars": ["x"]}),
        "a million objects": b'{"exceptions":[' + b"{}," * 3_000_000 + b"{}]}",
        "a million lists": b'{"exceptions":[' + b"[]," * 6_000_000 + b"[]]}",
        "escape sequences": changed(
            process={**good["process"], "argv": [ESCAPES], "cwd": ESCAPES, "environment": {ESCAPES: ESCAPES}},
            time=ESCAPES,
            exceptions=[
                {
                    **crash,
                    "type": ESCAPES,
                    "message": ESCAPES,
                    "notes": [ESCAPES],
                    "frames": [
                        {
                            **frame,
                            "file": ESCAPES,
                            "name": ESCAPES,
                            "qualname": ESCAPES,
                            "locals": {ESCAPES: {"type": ESCAPES, "preview": ESCAPES}},
                        }
                    ],
                }
            ],
            threads=[{**good["threads"][0], "name": ESCAPES}],
            tasks=[{**good["tasks"][0], "name": ESCAPES, "state": ESCAPES}],
            omissions=[{"path": ESCAPES, "reason": ESCAPES, "detail": ESCAPES}],
        ),
    }


def headlines() -> list[bytes]:
    """Return what `list` reads at the start of a dump, as it should not be."""
    fields = {
        "time": "2026-11-22T21:50:00+00:00",
        "type": ESCAPES,
        "message": ESCAPES,
        "program": ESCAPES,
        "name": ESCAPES,
    }
    return [
        json.dumps({**fields, "file": ESCAPES, "fingerprint": ESCAPES}).encode(),
        json.dumps({**fields, "time": ESCAPES}).encode(),
        json.dumps({**fields, "time": "9" * 5_000, "pid": 10**300, "line": -1}).encode(),
        json.dumps({**fields, "message": 5, "type": [], "pid": "x"}).encode(),
        b"[" * 9_000,
        b'{"time": NaN}',
        b"\xff\xfe",
    ]


def archives() -> dict[str, bytes]:
    """Return hostile archives."""
    first, end, member = forging.story_member(), forging.end(), forging.member
    whole = samples.dump_bytes(None)
    zeros = bytes(50_000_000)
    return {
        "nothing": b"",
        "text": b"hello",
        "a pickle": pickle.dumps({"a": 1}),
        "magic alone": fmt.LOCAL_MAGIC,
        "another archive": member("a.txt", b"hello") + end,
        "zip bomb": first + member("values/0000.pkl", zeros * 3) + end,
        "zip bomb in the story": member(fmt.SUMMARY, zeros) + end,
        "zip bombs in the sources": first
        + b"".join(member(f"sources/{n}", zeros, extra=_file(f"/{n}")) for n in range(60))
        + end,
        "many members": first + b"".join(member(f"values/{n:04}.pkl", b"") for n in range(30_000)) + end,
        "claims too little": first + member("values/0000.pkl", zeros, claimed=10) + end,
        "claims too much": first + member("values/0000.pkl", b"N.", claimed=(1 << 32) - 1) + end,
        "wrong checksum": first + member("values/0000.pkl", variables(), crc=5) + end,
        "absolute name": first + member("/etc/passwd", b"x") + end,
        "name that climbs": first + member("sources/../../etc/passwd", b"x", extra=_file("/x")) + end,
        "name with a drive": first + member("sources/c:/x", b"x", extra=_file("/x")) + end,
        "name with zero": first + member("sources/a\0b", b"x", extra=_file("/x")) + end,
        "same name twice": first + member("values/0000.pkl", variables()) * 2 + end,
        "two stories": first + first + end,
        "odd note": first + member("sources/a", b"x", extra=fmt.EXTRA.pack(fmt.EXTRA_ID, 60_000) + b"{") + end,
        "deep note": first + member("sources/a", b"x", extra=forging.note(b"[" * 9_000)) + end,
        "bogus signature": first + member("signature", b"\xff" * 900) + end,
        "overlapping members": whole[:200] + whole,
        "nested archive": first + member("values/0000.pkl", whole) + end,
    }


def _file(name: str) -> bytes:
    return forging.note(json.dumps({"file": name}).encode())
