"""excdump: it has no hook, so `dump_exception()` is called from one."""

import os
import sys

from excdump import DumpStore, dump_exception


def hook(kind, error, tb):
    """Print the traceback, then dump the exception."""
    sys.__excepthook__(kind, error, tb)
    dump_exception((kind, error, tb), store=DumpStore(os.environ["BENCH_DUMP"]))


sys.excepthook = hook
