# the initializer of a ThreadPoolExecutor fails
from concurrent.futures import ThreadPoolExecutor

import shop

with ThreadPoolExecutor(1, initializer=shop.fail) as pool:
    print(repr(pool.submit(print).exception()))
