"""A task of Celery fails in a worker; the worker logs it and goes on."""

from celery import Celery
from celery.contrib.testing.worker import start_worker

app = Celery("shop", broker="memory://", backend="cache+memory://")


@app.task
def work(item):
    ratio = 100 / item
    return ratio


with start_worker(app, perform_ping_check=False, loglevel="ERROR"):
    try:
        work.delay(0).get(timeout=30)
    except ZeroDivisionError as error:
        print("the caller heard:", error)
