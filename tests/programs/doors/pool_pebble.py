# a job of pebble fails
# needs: pebble
from pebble import ProcessPool

import shop

if __name__ == "__main__":
    with ProcessPool(1) as pool:
        print(repr(pool.schedule(shop.fail).exception()))
