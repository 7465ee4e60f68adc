# a weakref.finalize callback fails when its object is collected
import weakref

import shop


class Thing:
    pass


weakref.finalize(Thing(), shop.fail)
print("goes on")
