# a weakref.finalize callback fails at the exit
import weakref

import shop


class Thing:
    pass


thing = Thing()
weakref.finalize(thing, shop.fail)
