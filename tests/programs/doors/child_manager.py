# a method of an object in a manager's process fails
from multiprocessing.managers import BaseManager

import shop


class Shop:
    def fail(self):
        shop.fail()


class Manager(BaseManager):
    pass


Manager.register("Shop", Shop)
if __name__ == "__main__":
    with Manager() as manager:
        try:
            manager.Shop().fail()
        except ZeroDivisionError as error:
            print(type(error).__name__)
