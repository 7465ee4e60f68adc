"""A child of multiprocessing ends in an exception: python hook_child.py METHOD [target | subclass]."""

import multiprocessing
import os
import sys


def work(item):
    ratio = 1 / item
    return ratio


class Worker(multiprocessing.get_context(sys.argv[1]).Process):
    def run(self):
        label = "overridden"
        work(len(label) - 10)


def main(method, kind):
    context = multiprocessing.get_context(method)
    process = Worker() if kind == "subclass" else context.Process(target=work, args=(0,))
    process.start()
    process.join()
    print("parent", os.getpid(), "child", process.pid, "status", process.exitcode)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
