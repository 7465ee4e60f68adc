# the main thread takes the exception of a ThreadPoolExecutor
from concurrent.futures import ThreadPoolExecutor

import shop

with ThreadPoolExecutor(1) as pool:
    future = pool.submit(shop.fail)
future.result()
