"""Crash with an exception whose message takes for ever, or ends the process."""

import sys
import time


class Endless(Exception):
    asked = 0

    def __str__(self):
        # The interpreter asks once for its own traceback, and would wait.
        Endless.asked += 1
        if Endless.asked > 1:
            time.sleep(600)
        return "the first answer"


class Leaving(Exception):
    def __str__(self):
        raise SystemExit(5)


def crash():
    number = 4711
    raise Endless if sys.argv[1] == "endless" else Leaving


crash()
