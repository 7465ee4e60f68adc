"""A task of Celery that fails."""

import stores
from celery import Celery

import shop

app = Celery("shop", broker=stores.URL, backend=stores.URL)


@app.task
def work_order():
    shop.fail()
