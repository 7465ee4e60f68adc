"""Describe objects of every type that a process with many libraries has; print which cannot be described.

They are what the garbage collector reaches, a few of each type, in the
variables of crashed frames.
"""

from __future__ import annotations

import gc
import importlib
import sys
import time
import types
import warnings

from tibidi.capture.stacks import survey
from tibidi.capture.summary import describe
from tibidi.redaction import Redactor

LIBRARIES = """
    argparse asyncio bz2 calendar concurrent.futures configparser contextvars csv ctypes datetime decimal difflib email.message
    enum fractions ftplib http.client http.cookiejar http.server inspect ipaddress locale logging.handlers lzma mailbox mmap
    multiprocessing.pool optparse pdb pickle platform queue random sched select shelve signal smtplib socket sqlite3 ssl
    statistics subprocess tarfile tempfile threading tokenize tracemalloc typing unittest.mock urllib.request uuid
    xml.dom.minidom xml.etree.ElementTree xmlrpc.client zipfile zoneinfo
    apscheduler.schedulers.background celery cryptography.x509 dateutil.parser flask hypothesis IPython jinja2 numpy pandas
    prompt_toolkit psutil pygments pytest rich werkzeug wrapt
"""
OF_EACH_TYPE = 3
IN_FRAME = 300


def generator():
    """Have the interpreter hand out objects of types that are not ready (`code.co_lines()`)."""
    yield 1


def hold(items: list[object]) -> None:
    """Crash with these objects in variables, one each."""
    names = [f"v{number}" for number in range(len(items))]
    namespace = {}
    exec(f"def crash(items):\n    [{', '.join(names)}] = items\n    raise ValueError('x')\n", namespace)
    namespace["crash"](items)


def everything() -> list[object]:
    """Return a few objects of each type."""
    code = generator.__code__
    found = [iterator() for iterator in (getattr(code, "co_lines", None), getattr(code, "co_positions", None)) if iterator]
    counts: dict[int, int] = {}
    seen = set()
    for holder in gc.get_objects():
        for thing in (holder, *gc.get_referents(holder)):
            if id(thing) not in seen and type(thing) is not types.FrameType:
                seen.add(id(thing))
                counts[id(type(thing))] = counts.get(id(type(thing)), 0) + 1
                if counts[id(type(thing))] <= OF_EACH_TYPE:
                    found.append(thing)
    return found


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for name in LIBRARIES.split():
        try:
            importlib.import_module(name)
        except ImportError:  # not installed
            continue
warnings.simplefilter("error")
found = everything()
print(len(found) > 10 * OF_EACH_TYPE)
for start in range(0, len(found), IN_FRAME):
    try:
        hold(found[start : start + IN_FRAME])
    except ValueError as error:
        crash = survey(error)
        summary = describe(crash, Redactor(), deadline=time.monotonic() + 60)
        print(*(each for each in summary.omissions if each.reason == "failed"), sep="", end="")
        shown = summary.exceptions[-1].frames[-1].locals
        print(*(name for name in crash.exceptions[-1].frames[-1].namespace.keys() - shown.keys()), sep="", end="")
        print(*(each.preview for each in shown.values() if each.type == "?"), sep="", end="")
sys.exit()
