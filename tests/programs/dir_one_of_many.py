"""Crash at the moment that all the others crash: python dir_one_of_many.py MOMENT NUMBER."""

import sys
import time


def crash(number):
    return number / 0


while time.time() < float(sys.argv[1]):
    time.sleep(0.001)
crash(int(sys.argv[2]))
