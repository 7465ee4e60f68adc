"""The calculator of the README: it crashes when the second argument is 0."""

import sys


def divide(x, y):
    return x / y


if __name__ == "__main__":
    x = int(sys.argv[1])
    y = int(sys.argv[2])
    print(divide(x, y))
