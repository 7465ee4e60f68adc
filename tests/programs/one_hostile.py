"""Print the summary of a crash among values whose every special method ends the process.

Only pass one, as pass two may run code of the application.
"""

import collections
import datetime
import enum
import json
import os
import time

from tibidi.capture.stacks import survey
from tibidi.capture.sources import sources
from tibidi.capture.summary import describe
from tibidi.capture.text import traceback_text
from tibidi.redaction import Redactor


def die(*args, **kwargs):
    os.write(2, b"code of the application was run\n")
    os._exit(77)


SPECIAL = """__repr__ __str__ __format__ __bytes__ __hash__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __bool__ __len__
__length_hint__ __iter__ __next__ __contains__ __getitem__ __missing__ __reversed__ __call__ __getattr__
__getattribute__ __dir__ __get__ __instancecheck__ __subclasscheck__ __sizeof__ __int__ __index__ __float__ __complex__
__fspath__ items keys values get copy shape dtype""".split()


class Meta(type):
    __getattribute__ = __hash__ = __eq__ = __repr__ = __instancecheck__ = __subclasscheck__ = __iter__ = __len__ = die
    __bool__ = __dir__ = die


def hostile(base, meta):
    body = dict.fromkeys(SPECIAL, die)
    body["__class__"] = body["name"] = property(die)
    return meta("Hostile" + base.__name__, (base,), body)


class Slotted:
    __slots__ = ("a", "b")
    __repr__ = __getattr__ = die

    def __init__(self):
        self.a = 1


class Shadowed:
    @property
    def __dict__(self):
        die()


class Zone(datetime.tzinfo):
    utcoffset = dst = tzname = __repr__ = die


class Color(enum.Enum):
    RED = 1
    __repr__ = __str__ = __format__ = die


BASES = {
    object: (),
    dict: (),
    list: ([1, 2],),
    tuple: ((1, 2),),
    set: ((1, 2),),
    frozenset: ((1, 2),),
    str: ("text",),
    bytes: (b"data",),
    bytearray: (b"data",),
    int: (5,),
    float: (1.5,),
    complex: (1j,),
    collections.OrderedDict: (),
    collections.deque: ([1, 2],),
    datetime.datetime: (2026, 11, 22),
}


def crash(values, classes, slotted, shadowed, moment, color, mixed, unready):
    raise ValueError("among hostile values")


classes = [hostile(base, meta) for meta in (type, Meta) for base in BASES]
values = [type.__call__(cls, *arguments) for cls, arguments in zip(classes, [*BASES.values()] * 2)]
arguments = {"slotted": Slotted(), "shadowed": Shadowed(), "color": Color.RED, "mixed": {"list": [Slotted(), ...]}}
arguments["moment"] = datetime.datetime(2026, 11, 22, tzinfo=Zone())
# Of a type that Python 3.10 and 3.11 have not made ready: its `__mro__` and `__dict__` are None.
arguments["unready"] = getattr(crash.__code__, "co_lines", list)()
try:
    crash(values, classes, **arguments)
except ValueError as error:
    scene = survey(error)
    summary = describe(scene, Redactor(environ=os.environ), deadline=time.monotonic() + 60)
    text = traceback_text(summary, {name: text for name, text, _ in sources(scene)}, scene)
    shown = {name: variable.preview for name, variable in summary.exceptions[-1].frames[-1].locals.items()}
    print(json.dumps({**shown, "traceback": text}), flush=True)
    os._exit(0)  # the values would end the process otherwise while they are torn down
