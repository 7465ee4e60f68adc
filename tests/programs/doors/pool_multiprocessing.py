# a job of a multiprocessing.Pool fails
import multiprocessing

import shop

if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        try:
            pool.apply(shop.fail)
        except ZeroDivisionError as error:
            print(repr(error))
