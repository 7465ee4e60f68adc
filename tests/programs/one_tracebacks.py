"""Crash in one of many ways, to compare our traceback with the interpreter's."""

import sys


class Outer:
    class Inner(Exception):
        pass


def recursion(depth=900):
    return recursion(depth - 1) if depth else 1 / 0


def chain():
    try:
        try:
            {}["a"]
        except KeyError:
            raise OSError(2, "No such file", "here")
    except OSError as error:
        raise RuntimeError("two\nlines") from error


def suppressed():
    try:
        {}["a"]
    except KeyError:
        raise TypeError("without context") from None


def syntax():
    exec("def f(:\n  pass")


def noted_syntax():
    try:
        syntax()
    except SyntaxError as error:
        if hasattr(error, "add_note"):
            error.add_note("printed once")
        raise


def syntax_after_error():
    try:
        raise Counted
    except Counted:
        syntax()


class Counted(Exception):
    calls = 0

    def __str__(self):
        Counted.calls += 1
        if Counted.calls > 2:  # by Python, which prints the traceback, and once by tibidi
            print("asked too often", file=sys.stderr)
        return "asked"


def nested():
    raise Outer.Inner


def in_string():
    exec(compile("x = 1\nraise ValueError(x)", "<made up>", "exec"), {})


def several_lines():
    return (
        1
        + 2 / 0
        + 3
    )


def caught(number):
    try:
        raise ValueError(number)
    except ValueError as error:
        return error


def group():
    inner = ExceptionGroup("inner", [caught(3), caught(4)])
    noted = caught("noted")
    noted.add_note("a note\nin two lines")
    try:
        raise ExceptionGroup("outer", [caught(1), inner, noted, TypeError("no traceback")])
    except ExceptionGroup as error:
        raise ExceptionGroup("wide", [caught(i) for i in range(20)]) from error


def in_finally():
    try:
        return 1 / 0
    finally:
        done = True


class Wallet:
    def __init__(self):
        self.balance = 5

    def __getattr__(self, name):
        if name == "balanse":
            raise AttributeError(f"no {name}", name=name, obj=self) if sys.version_info >= (3, 10) else AttributeError
        raise AttributeError(name)


def wrong_name():
    valeu = 1
    return value


def wrong_builtin():
    return prnt


def wrong_attribute():
    return sys.exitt


def wrong_attribute_of_object():
    return Wallet().balanse


def wrong_import():
    from os import pathh


def missing_self():
    class Account:
        def __init__(self):
            self.amount = 5

        def pay(self):
            return amount

    Account().pay()


def forgotten_import():
    return json.dumps(5)


globals()[sys.argv[1]]()
