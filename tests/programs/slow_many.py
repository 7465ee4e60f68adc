"""Log many exceptions whose dumps take longer than they may, while other threads want the interpreter."""

import decimal
import logging
import threading


class Row:
    def __init__(self, number):
        self.number = number
        self.name = f"row {number}"
        self.price = decimal.Decimal(number)


def busy():
    while not over.is_set():
        sum(range(500))


def work(error, rows, depth):
    first = [rows[0]]
    here = {"depth": depth}
    row = rows[depth]
    if depth:
        return work(error, rows, depth - 1)
    raise error(first, here, row)


over = threading.Event()
for _ in range(2):
    threading.Thread(target=busy, daemon=True).start()
for number in range(40):
    try:
        work(type(f"Error{number}", (Exception,), {}), [Row(each) for each in range(60)], 50)
    except Exception:
        logging.exception("number %d", number)
over.set()
