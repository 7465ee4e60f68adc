"""An application that hangs in `work`."""

import time


def work(order):
    time.sleep(60)


def app(environ, start_response):
    work({"id": 7, "amount": 0})
