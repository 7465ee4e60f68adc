"""The exception of a request 50 frames deep, dumped several times by a process that goes on."""

import os
import sys

import tibidi

DEPTH, COUNT = 50, int(sys.argv[1])


def handle(level):
    return 1 / level if level == 0 else handle(level - 1)


try:
    handle(DEPTH)
except ZeroDivisionError as error:
    for number in range(COUNT):
        tibidi.dump_exception(error, os.path.join(os.environ["TIBIDI_DIR"], f"{number}.pkl"))
    raise SystemExit(1) from None
