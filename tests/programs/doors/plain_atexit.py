# an atexit callback fails
import atexit

import shop

atexit.register(shop.fail)
