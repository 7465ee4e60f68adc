"""A script without functions, and with arguments."""
import sys

names = sys.argv[1:]
lengths = [len(name) for name in names]
print(sum(lengths) / (len(lengths) - 2))
