# an actor of Dramatiq fails in a worker
# needs: dramatiq
# env: TIBIDI_LOGGING=WARNING
import dramatiq
from dramatiq.brokers.stub import StubBroker

import shop

broker = StubBroker()
dramatiq.set_broker(broker)
actor = dramatiq.actor(shop.fail, max_retries=0)
actor.send()
worker = dramatiq.Worker(broker, worker_threads=1)
worker.start()
broker.join("default", fail_fast=False)
worker.stop()
print("goes on")
