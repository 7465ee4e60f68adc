"""The application has its own sys.excepthook, which calls no other."""

import sys


def their_hook(kind, exc, tb):
    print(f"their hook: {kind.__name__}", file=sys.stderr)


def work(item):
    ratio = 1 / item
    return ratio


sys.excepthook = their_hook
work(0)
