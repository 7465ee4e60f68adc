# the initializer of a ProcessPoolExecutor fails
from concurrent.futures import ProcessPoolExecutor

import shop

if __name__ == "__main__":
    with ProcessPoolExecutor(1, initializer=shop.fail) as pool:
        print(repr(pool.submit(print).exception()))
