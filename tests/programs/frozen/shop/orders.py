import json


class Customer:
    def __init__(self, number):
        self.number = number


def work(order):
    customer = Customer(42)
    text = json.dumps(order)
    return 100 / order["amount"]
