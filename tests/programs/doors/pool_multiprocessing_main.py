# a job of a multiprocessing.Pool fails, and so does the parent, without the variables
# dumps: 2
import multiprocessing

import shop

if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        pool.map(shop.fail, [1])
