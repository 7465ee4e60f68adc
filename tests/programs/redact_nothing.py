"""Crash with ordinary values, of which none is a secret."""

import ast
import collections
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import re
import types
import uuid


class Token(enum.Enum):
    NUMBER = "number"
    PLUS = "+"


class Session:
    """An object under the name `session`, like that of requests or SQLAlchemy."""

    def __init__(self):
        self.verify = True
        self.max_redirects = 30
        self.headers = {"User-Agent": "python-requests/2.31.0", "Accept-Encoding": "gzip, deflate"}
        self.params = {"page": 2, "sort_key": "date"}


class Parser:
    def __init__(self, text):
        self.text = text
        self.tokens = [Token.NUMBER, Token.PLUS, Token.NUMBER]
        self.token_count = len(self.tokens)
        self.position = 1
        self.keywords = {"if", "else", "while"}
        self.author = "Ada Lovelace"
        self.keyboard = "qwertz"


class Tokenizer:
    pad_token = "[PAD]"
    eos_token = "</s>"

    def __init__(self):
        self.max_tokens = 512
        self.pad_token_id = 0
        self.vocabulary = {"the": 1, "token": 2, "secret": 3, "password": 4}


def crash():
    number, ratio, big = 4711, 2.5, 10**40
    text = "Basic authentication is described in RFC 7617; the bearer of this letter may pass."
    prose = "The session was long, and the secret of good cookies is butter. Token words: password, key."
    url = "https://user.example.org:8080/path?page=2&sort_key=date#top"
    email = "ada@example.org"
    path = pathlib.Path("/home/ada/project/passwords.py")
    code = "def login(user, password=None):\n    return check(user, password=password, token=self.token)\n"
    log_line = "2026-11-22 21:50:00,123 INFO [shop.orders] order 17 of 23: task-management-system-number-7 done"
    sql = "SELECT name, token_count FROM sessions WHERE key = :key AND author_id = 5"
    checksum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    identifier = uuid.UUID(int=5)
    encoded = "aGVsbG8gd29ybGQsIHRoaXMgaXMgbm8gc2VjcmV0"
    data = bytes(range(256)) * 4
    moment = datetime.datetime(2026, 11, 22, 21, 50, tzinfo=datetime.timezone.utc)
    money = decimal.Decimal("19.99")
    half = fractions.Fraction(1, 2)
    pattern = re.compile(r"(?P<key>\w+)=(?P<value>\w+)")
    tree = ast.parse("a = 1")
    keys = ["primary_key", "foreign_key", "sort_key"]
    primary_key, next_token, key, token = 17, "plus", "name", Token.PLUS
    session, parser, tokenizer = Session(), Parser("1 + 1"), Tokenizer()
    passenger, secretary, monkey, compass = "Mr Fogg", "Miss Lemon", "Abu", "north"
    has_password, password_min_length, cookie_name = True, 12, "sid"
    counts = collections.Counter("mississippi")
    point = collections.namedtuple("Point", "x y")(1, 2)
    space = types.SimpleNamespace(token_type="string", password_field="input#pw", auth_backend="ldap")
    document = json.dumps({"name": "Ada", "token_count": 3, "tokens": ["a", "b"], "author": "Ada"})
    required = ("password", "email")
    schema = {"properties": {"password": {"type": "string", "minLength": 8}, "token": {"$ref": "#/token"}}}
    annotations = {"password": "str", "api_key": "Optional[str]", "session_factory": "Session | None"}
    flags = {"use_token": True, "password_required": False, "session": None, "secret": Session, "cookies": {}}
    operators = [{"token": "+", "text": "plus"}, {"token": "==", "text": "equals"}]
    folder = {"PWD": "/home/ada/project", "OLDPWD": "/home/ada"}
    classes = [Session, Parser, Tokenizer, dict]
    functions = [crash, len, json.dumps, lambda token: token]
    raise ValueError("no luck: token expected at line 3, session closed, pass: 2 of 3")


crash()
