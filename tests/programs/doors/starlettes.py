"""Applications of Starlette and FastAPI."""

import contextlib

import shop
from starlette.applications import Starlette
from starlette.routing import Route


@contextlib.asynccontextmanager
async def lifespan(app):
    shop.fail()
    yield


async def page(request):
    shop.fail()


app = Starlette(routes=[Route("/", page)])
broken = Starlette(lifespan=lifespan)
