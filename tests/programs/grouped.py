"""Crash in several ways, each with frames that differ between versions of Python or deep in a recursion."""

import json
import sys


def comprehension(depth):
    return [
        int(text)
        for text in ["1", "x"]
    ]


def read(text):
    return json.loads(
        text,
        parse_int=lambda digits: 1 / 0,
    )


def descend(depth):
    return ascend(depth + 1)


def ascend(depth):
    len(str(depth))
    return descend(depth + 1)


def member(depth):
    if depth:
        return member(depth - 1)
    return {}["missing"]


def main(how):
    if how == "comprehension":
        comprehension(0)
    elif how == "json":
        read("[1]")
    elif how == "recursion":
        sys.setrecursionlimit(200 + sys.version_info[1])
        descend(0)
    else:
        member(sys.version_info[1])


if __name__ == "__main__":
    main(sys.argv[1])
