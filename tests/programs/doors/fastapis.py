"""An application of FastAPI that fails when it starts, and one with a background task that fails."""

import shop
from fastapi import BackgroundTasks
from fastapi import FastAPI

app = FastAPI(on_startup=[shop.fail])
background = FastAPI()


@background.get("/")
def page(tasks: BackgroundTasks):
    tasks.add_task(shop.fail)
    return "ok"
