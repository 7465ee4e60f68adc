# a task of Huey fails in a consumer
# needs: huey
# env: TIBIDI_LOGGING=ERROR
import threading
import time

from huey import MemoryHuey

import shop

huey = MemoryHuey("shop")
result = huey.task()(shop.fail)()
consumer = huey.create_consumer(workers=1)
consumer.start()
time.sleep(2)
consumer.stop(graceful=True)
print("goes on")
