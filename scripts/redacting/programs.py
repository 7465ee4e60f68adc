# ruff: noqa: E501, S307 - the programs are a table with one in each line
"""Ordinary programs that have values under soft names, such as `token` and `key`: none of these is a secret."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING

from tibidi.look.frames import LiveCrash, LiveFrame, LiveThread
from tibidi.look.preview import Previewer
from tibidi.redaction import Redactor
from tibidi.redaction.hunt import hunt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MOST_FRAMES = 100  # of one program: looking at all variables of a frame takes much longer than the frame

# Each runs with the traced functions of its library; what is imported is installed or in the standard library.
PROGRAMS = {
    "shlex": "import shlex; shlex.split('ls -l \"a b\" | grep x # no')",
    "json": 'import json.decoder, json.scanner; json.JSONDecoder().scan_once = json.scanner.py_make_scanner(json.JSONDecoder()); json.scanner.py_make_scanner(json.JSONDecoder())(\'{"key": [1, "token", null]}\', 0)',
    "tokenize": "import io, tokenize; list(tokenize.generate_tokens(io.StringIO('def f(x):\\n    return x + 1.5\\n').readline))",
    "ast": "import ast; ast.unparse(ast.parse('a = [token for key, token in x.items()]'))",
    "configparser": "import configparser; c = configparser.ConfigParser(); c.read_string('[a]\\nkey = value\\nsort_key = date\\n'); c['a']['key']",
    "argparse": "import argparse; p = argparse.ArgumentParser(); p.add_argument('--sort-key'); p.parse_args(['--sort-key', 'date'])",
    "email": "import email; email.message_from_string('Subject: the key\\nFrom: a@b.org\\n\\ntext').items()",
    "html.parser": "import html.parser; html.parser.HTMLParser().feed('<p class=\"key\">token &amp; x</p>')",
    "string": "import string; string.Template('$key is $token').substitute(key='a', token='b')",
    "csv": "import csv, io; list(csv.DictReader(io.StringIO('key,token\\na,b\\n')))",
    "http.cookies": "import http.cookies; http.cookies.SimpleCookie('theme=dark')",
    "difflib": "import difflib; list(difflib.unified_diff(['key = 1'], ['key = 2']))",
    "sqlite3": "import sqlite3; sqlite3.connect(':memory:').execute('select 1 as key').fetchall()",
    "jinja2": "import jinja2; jinja2.Template('{% for key in keys %}{{ key }}{% endfor %}').render(keys=['a', 'b'])",
    "mako": "import mako.template; mako.template.Template('${key} x').render(key='a')",
    "django.template": "import django.template as t; t.Engine().from_string('{% if key %}{{ key|upper }}{% endif %}').render(t.Context({'key': 'a'}))",
    "wtforms": "import wtforms; type('F', (wtforms.Form,), {'key': wtforms.StringField('Key'), 'password': wtforms.PasswordField('Password')})(data={'key': 'a'}).validate()",
    "sqlalchemy": "import sqlalchemy as s; e = s.create_engine('sqlite://'); e.connect().execute(s.text('select 1 as key')).all()",
    "sqlparse": "import sqlparse; sqlparse.format('select key, token from t where id = 5', reindent=True)",
    "pygments": "import pygments, pygments.lexers as l, pygments.formatters as f; pygments.highlight('def f(token): return 1', l.PythonLexer(), f.HtmlFormatter())",
    "ply": "import ply.lex",
    "pyparsing": "import pyparsing as p; (p.Word(p.alphas) + '=' + p.Word(p.nums)).parse_string('key = 5')",
    "lark": "import lark; lark.Lark('start: WORD \"=\" NUMBER\\n%import common.WORD\\n%import common.NUMBER\\n%ignore \" \"').parse('key = 5')",
    "click": "import click.testing; click.testing.CliRunner().invoke(click.command()(click.option('--key')(lambda key: None)), ['--key', 'a'])",
    "requests": "import requests; requests.Session().prepare_request(requests.Request('GET', 'http://example.org/?page=2'))",
    "redis": "import redis; redis.Redis().pipeline().set('cart:17', 'a').get('user:17')",
    "parsimonious": "import parsimonious; parsimonious.Grammar('start = ~\"[a-z]+\"').parse('token')",
    "tomlkit": "import tomlkit; tomlkit.parse('key = 1\\n[a.b]\\ntoken = \"x\"\\n')",
    "yaml": "import yaml; yaml.safe_load('key: [a, b]\\ntoken: {x: 1}\\n')",
    "mistune": "import mistune; mistune.html('# key\\n\\n- *token* `code`\\n')",
    "docutils": "import docutils.core as d; d.publish_string('key\\n===\\n\\n- token\\n')",
    "pydantic": "import pydantic; type('M', (pydantic.BaseModel,), {'__annotations__': {'key': str}})(key='a').model_dump()",
    "marshmallow": "import marshmallow as m; type('S', (m.Schema,), {'key': m.fields.Str()})().load({'key': 'a'})",
}


def wrong_redactions() -> Iterator[tuple[str, int, int]]:
    """Yield each program that can run here, the number of its values that are redacted, and the number of all."""
    for name, code in PROGRAMS.items():
        if importlib.util.find_spec(name.partition(".")[0]) is None:
            print(f"{name}: not installed")
            continue
        yield name, *_measure(code, name)


def _measure(code: str, name: str) -> tuple[int, int]:
    """Run a program, and look at the variables of each function in it as a dump of that moment would."""
    redacted = values = 0
    frames = 0

    def trace(frame: FrameType, event: str, argument: object) -> object:
        nonlocal redacted, values, frames
        if event == "return" and frames < MOST_FRAMES:
            frames += 1
            found, number = _look(frame)
            redacted, values = redacted + found, values + number
        return trace

    namespace: dict[str, object] = {"__name__": "__main__"}
    importlib.import_module(name)  # not traced
    sys.settrace(trace)
    try:
        exec(compile(code, name, "exec"), namespace)  # noqa: S102 - a program of the table above
    except Exception as error:  # noqa: BLE001 - in another version of a library
        print(f"{name}: {type(error).__name__}: {error}")
    finally:
        sys.settrace(None)
    return redacted, values


def _look(frame: FrameType) -> tuple[int, int]:
    live = LiveFrame(frame, frame.f_lineno, 0, dict(frame.f_locals))
    thread = LiveThread("MainThread", 1, crashed=True, daemon=False)
    thread.frames = [LiveFrame(eval("frame()", {"frame": sys._getframe}), 1, 0, live.namespace)]
    crash = LiveCrash()
    crash.threads = [thread]
    redactor = Redactor()
    hunt(crash, redactor, float("inf"))
    previewer = Previewer(redactor)
    for key, value in live.namespace.items():
        previewer.variable(key, value, key)
    return len(redactor.found), len(live.namespace)
