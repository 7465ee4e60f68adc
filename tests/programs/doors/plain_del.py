# a __del__ method fails
import shop


class Thing:
    __del__ = shop.fail


Thing()
print("goes on")
