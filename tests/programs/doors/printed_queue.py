# an object in a multiprocessing.Queue cannot be pickled, which the queue prints in a thread
import multiprocessing

import shop


class Order:
    def __reduce__(self):
        return shop.fail()


queue = multiprocessing.Queue()
queue.put(Order())
queue.put("next")
print(queue.get(timeout=30))
