"""A request that fails 50 frames deep, among about 2,000 objects."""

import os
from dataclasses import dataclass, field

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])

DEPTH = 48  # and the module, and the view


@dataclass
class User:
    id: int
    name: str
    groups: list = field(default_factory=list)


@dataclass
class Row:
    id: int
    owner: User
    title: str
    price: float
    tags: tuple


class Request:
    def __init__(self, path, user):
        self.path = path
        self.user = user
        self.headers = {f"X-Header-{n}": f"value {n}" for n in range(20)}
        self.parameters = {"page": ["2"], "order": ["price"]}
        self.state = {}


class Middleware:
    def __init__(self, number, inner):
        self.number = number
        self.inner = inner
        self.seen = 0

    def __call__(self, request):
        self.seen += 1
        before = dict(request.headers)
        request.state[self.number] = {"depth": self.number, "path": request.path}
        response = self.inner(request)
        return before, response


def view(request):
    users = [User(n, f"user {n}", ["staff", "sales"][: n % 3]) for n in range(20)]
    rows = [Row(n, users[n % 20], f"row number {n}", n * 1.1, ("a", f"tag {n % 7}")) for n in range(250)]
    total = sum(row.price for row in rows)
    return total / len([row for row in rows if row.price < 0])


application = view
for number in reversed(range(DEPTH)):
    application = Middleware(number, application)
application(Request("/orders", User(1, "admin")))
