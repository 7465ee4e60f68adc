# a job of a pathos ProcessPool fails
# needs: pathos
from pathos.pools import ProcessPool

import shop

if __name__ == "__main__":
    try:
        ProcessPool(1).map(shop.fail, [1])
    except ZeroDivisionError as error:
        print(repr(error))
