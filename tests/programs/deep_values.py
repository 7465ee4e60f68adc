"""Crash with structures at hand that are nested very deep."""

import os
import sys


class Node:
    def __init__(self, following):
        self.following = following


def crash(depth):
    nested, linked = [], None
    for _ in range(depth):
        nested, linked = [nested], Node(linked)
    other = {"a": [1, 2]}
    keep.extend((nested, linked))
    return other["missing"]


keep = []
crash(int(sys.argv[1]))
