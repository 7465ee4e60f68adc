"""Crash with secrets in every kind of place; each has a word in it that a test can look for."""

import collections
import dataclasses
import enum
import os
import sys

sys.argv += ["--password=argv-SECRET-1", "--api-key", "argv-SECRET-2", "--verbose"]
os.environ["SERVICE_TOKEN"] = "environ-SECRET-1"
os.environ["DATABASE_URL"] = "postgres://bob:environ-SECRET-2@db.example.org/shop"

API_KEY = "global-SECRET-1"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTRUNSRVQifQ.jwt-SECRET-1"
PEM = "-----BEGIN RSA PRIVATE KEY-----\npem-SECRET-1\n-----END RSA PRIVATE KEY-----\n"
AWS = "AKIAIOSFODNN7SECRET1"


class Client:
    def __init__(self):
        self.user = "bob"
        self.password = "attribute-SECRET-1"
        self.headers = {"Authorization": "Bearer header-SECRET-1", "Accept": "text/html"}
        self.raw_headers = [(b"authorization", b"Basic header-SECRET-2"), (b"accept", b"text/html")]
        self.cookies = {"sid": "cookie-SECRET-1"}


class Slotted:
    __slots__ = ("client_secret", "name")

    def __init__(self):
        self.client_secret = "slot-SECRET-1"
        self.name = "slotted"


@dataclasses.dataclass
class Account:
    user: str
    private_key: bytes


class Keys(enum.Enum):
    API_KEY = "enum-SECRET-1"


def reconnect(host="db", password="default-SECRET-1"):
    return host, password


Credentials = collections.namedtuple("Credentials", "user passwd")


def connect(client, account, passwords):
    query = "https://api.example.org/orders?token=query-SECRET-1&page=2"
    nested = [{"list": [{"DB_PASSWORD": "nested-SECRET-1", "port": 5432}]}]
    elsewhere = f"the environment said environ-SECRET-1, the client attribute-SECRET-1"
    as_bytes = b"some bytes with attribute-SECRET-1 within"
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"secret_key": "deep-SECRET-1"}}}}}}}
    github = "ghp_SECRETabcdefghijklmnopqrstuvwxyz01"
    subclass = collections.OrderedDict(api_token="ordered-SECRET-1", page=1)
    kept, slotted = "an ordinary text", Slotted()
    pair = Credentials("bob", "tuple-SECRET-1")
    session = "session-SECRET-1"
    dsn = "host=db password=dsn-SECRET-1"
    told = "cannot connect with " + dsn[17:]
    member, function = Keys.API_KEY, reconnect
    auth = ("bob", "auth-SECRET-1")
    copy_of_deep = deep["a"]["b"]["c"]["d"]["e"]["f"]["secret_key"]
    try:
        raise KeyError(f"cause: login with {client.password}")
    except KeyError as error:
        raise ConnectionError(f"login failed: password=message-SECRET-1 host=db, {account.private_key!r}") from error


connect(Client(), Account("bob", b"dataclass-SECRET-1"), ["list-SECRET-1", "list-SECRET-2"])
