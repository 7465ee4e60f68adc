"""Dump an exception whose value loops for ever, go on, and print how much CPU the next second takes."""

import time

import tibidi


class Looping:
    def __reduce_ex__(self, protocol):
        while True:
            pass


def fail(value):
    raise ValueError("but not the end")


try:
    fail(Looping())
except ValueError as error:
    tibidi.dump_exception(error)
before = time.process_time()
time.sleep(1)
print(time.process_time() - before)
