"""A simple calculator, which divides its first argument by its second."""

import sys


def divide(x, y):
    return x / y


if __name__ == "__main__":
    x = int(sys.argv[1])
    y = int(sys.argv[2])
    print(divide(x, y))
