# a handler of logging fails to format a record
import logging

import shop


class Order:
    __str__ = shop.fail


logging.basicConfig()
logging.warning("order %s", Order())
print("goes on")
