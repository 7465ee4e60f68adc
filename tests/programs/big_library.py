"""Crash with a large, uninteresting thing in the innermost frame: python big_library.py KIND.

Small values stand around it: in its own frame, in the callers, in the
exception and in the module.
"""

import sys

SETTING = {"rate": 2}


class Node:
    def __init__(self, number, graph):
        self.number = number
        self.graph = graph
        self.label = f"node {number % 1000}"
        self.following = None
        self.password = "hunter2-hunter2" if number == 7 else None


class Graph:
    def __init__(self, size):
        self.nodes = [Node(number, self) for number in range(size)]
        for node, following in zip(self.nodes, self.nodes[1:]):
            node.following = following


def graph():
    return Graph(1_000_000)


class Slow:
    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        import time

        time.sleep(0.01)
        return Slow, (self.number,)


def slow():
    return [Slow(number) for number in range(100_000)]


def text():
    return "".join(f"item {number}: price={number * 7}, id {number}; " for number in range(250_000))


def boto3():
    import boto3

    return boto3.client("s3", region_name="eu-west-1", aws_access_key_id="A" * 20, aws_secret_access_key="s3cret-s3cret")


def django():
    from django.conf import settings

    settings.configure(DEBUG=True)
    assert settings.DEBUG
    return settings


def spacy():
    import spacy

    return spacy.blank("en")


def sqlalchemy():
    import sqlalchemy

    engine = sqlalchemy.create_engine("sqlite://")
    metadata = sqlalchemy.MetaData()
    for number in range(300):
        columns = [sqlalchemy.Column(f"column_{each}", sqlalchemy.Integer) for each in range(30)]
        sqlalchemy.Table(f"table_{number}", metadata, *columns)
    metadata.create_all(engine)
    return [engine, metadata]


def logging():
    import logging

    for number in range(20_000):
        logging.getLogger(f"shop.a{number % 100}.b{number}").addHandler(logging.NullHandler())
    return logging.getLogger("shop")


def argparse():
    import argparse

    parser = argparse.ArgumentParser()
    for number in range(3_000):
        parser.add_argument(f"--option-{number}", type=int, help="a number")
    return parser


def jinja2():
    import jinja2

    environment = jinja2.Environment()
    return [environment, *(environment.from_string("{{ a }}" * 50) for _ in range(100))]


def innermost(kind):
    before, shared = [1, 2, 3], {"cart": []}
    thing = globals()[kind]()
    after, text, number, nothing = {"four": 4}, "five", 6.0, None
    return shared["missing"]


def middle(kind):
    plain = ["middle"]
    innermost(kind)


def outer(kind):
    also = {"outer": 1}
    try:
        middle(kind)
    except KeyError as error:
        error.order = {"id": 5}
        raise


outer(sys.argv[1])
