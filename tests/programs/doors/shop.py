"""What every program here does in the end: it fails in `work`, with an order."""


def work(order):
    price = 100 / order["amount"]
    return price


def fail(*_, **__):
    return work({"id": 7, "amount": 0})
