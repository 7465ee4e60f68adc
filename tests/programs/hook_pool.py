"""A function run by a pool of processes or interpreters raises: python hook_pool.py futures | pool METHOD, or interpreters."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor


def work(item):
    ratio = 1 / item
    return ratio


def main(kind, method=None):
    context = multiprocessing.get_context(method)
    try:
        if kind == "futures":
            with ProcessPoolExecutor(1, mp_context=context) as executor:
                executor.submit(work, 0).result()
        elif kind == "interpreters":
            from concurrent.futures import InterpreterPoolExecutor

            with InterpreterPoolExecutor(1) as executor:
                executor.submit(work, 0).result()
        else:
            with context.Pool(1) as pool:
                pool.apply(work, (0,))
    except ZeroDivisionError as error:
        print("parent", os.getpid(), "caught", error)


if __name__ == "__main__":
    main(*sys.argv[1:])
