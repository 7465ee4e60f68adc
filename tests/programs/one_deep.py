"""Crash by a recursion of argv[1] frames."""

import sys
import threading


def descend(depth):
    if depth == 0:
        raise ValueError("at the bottom")
    descend(depth - 1)


def main():
    descend(int(sys.argv[1]))


sys.setrecursionlimit(int(sys.argv[1]) + 1000)
threading.stack_size(1 << 30)
thread = threading.Thread(target=main, name="deep")
thread.start()
thread.join()
