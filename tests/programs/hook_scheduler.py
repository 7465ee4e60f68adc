"""A scheduled job fails; the scheduler logs it and goes on."""

import threading

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.background import BackgroundScheduler

failed = threading.Event()


def job(item):
    ratio = 100 / item
    return ratio


scheduler = BackgroundScheduler(timezone="UTC")
scheduler.add_listener(lambda event: failed.set(), EVENT_JOB_ERROR)
scheduler.start()
scheduler.add_job(job, args=[0])
print(failed.wait(30))
scheduler.shutdown()
