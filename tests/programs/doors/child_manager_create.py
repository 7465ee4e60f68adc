# a manager fails to make an object
from multiprocessing.managers import BaseManager

import shop


class Manager(BaseManager):
    pass


Manager.register("Shop", shop.fail)
if __name__ == "__main__":
    with Manager() as manager:
        try:
            manager.Shop()
        except Exception as error:
            print(type(error).__name__)
