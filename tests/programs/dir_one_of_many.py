"""Crash in many processes at the same moment: python dir_one_of_many.py COUNT."""

import os
import sys

from tibidi import dump_exception  # imported once for all, so that all write at the same moment


def crash(number):
    return number / 0


ready, go = os.pipe()
children = []
for number in range(int(sys.argv[1])):
    child = os.fork()
    if not child:
        os.close(go)
        os.read(ready, 1)  # returns when the parent closes its end
        crash(number)
    children.append(child)
os.close(go)
for child in children:
    os.waitpid(child, 0)
