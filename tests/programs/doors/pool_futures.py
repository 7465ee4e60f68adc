# a job of a ProcessPoolExecutor fails
from concurrent.futures import ProcessPoolExecutor

import shop

if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(repr(pool.submit(shop.fail).exception()))
