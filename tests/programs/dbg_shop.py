"""A shop where an order fails: chained exceptions, a second thread, closures, non-ASCII."""

import threading


class Cart:
    def __init__(self, owner, prices):
        self.owner = owner
        self.prices = prices

    def price(self, name):
        return self.prices[name]


def total(cart, *names, tax=0.5, **options):
    def with_tax(amount):
        return amount * (1 + tax)

    subtotal = 0
    try:
        for name in names:
            subtotal += with_tax(cart.price(name))
    except KeyError as error:
        größe = len(names)
        raise LookupError(
            f"no price for {error}, {größe} ordered"
        ) from error
    return subtotal


def keep_stock(ready, closing):
    waiting_for = "deliveries"
    ready.set()
    closing.wait()
    return waiting_for


def main():
    ready, closing = threading.Event(), threading.Event()
    threading.Thread(target=keep_stock, args=(ready, closing), name="stock keeper", daemon=True).start()
    ready.wait()
    cart = Cart("ann", {"apple": 3, "pear": 4})
    print(total(cart, "apple", "plum", hurry=True))


if __name__ == "__main__":
    main()
