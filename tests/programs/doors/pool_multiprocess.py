# a job of a pool of multiprocess (dill) fails
# needs: multiprocess
import multiprocess

import shop

if __name__ == "__main__":
    with multiprocess.Pool(1) as pool:
        try:
            pool.apply(shop.fail)
        except ZeroDivisionError as error:
            print(repr(error))
