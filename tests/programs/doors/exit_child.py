# sys.exit() with a message in a child of multiprocessing
# env: TIBIDI_EXITS=errors
import multiprocessing
import sys

import shop


def main():
    try:
        shop.fail()
    except ZeroDivisionError:
        sys.exit("no such order")


if __name__ == "__main__":
    child = multiprocessing.Process(target=main)
    child.start()
    child.join()
    print(child.exitcode)
