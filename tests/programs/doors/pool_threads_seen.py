# the caller handles the exceptions of futures
# env: TIBIDI_LOGGING=ERROR
# dumps: 0
from concurrent.futures import ThreadPoolExecutor

import shop

with ThreadPoolExecutor(1) as pool:
    one, two = pool.submit(shop.fail), pool.submit(shop.fail)
    three = pool.map(shop.fail, [1])
    print(repr(one.exception()))
    for result in (two.result, three.__next__):
        try:
            result()
        except ZeroDivisionError as error:
            print(repr(error))
