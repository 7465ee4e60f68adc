# a route of Litestar fails; another one answers that it found nothing
# needs: litestar
import shop
from litestar import Litestar, get
from litestar.exceptions import NotFoundException
from litestar.testing import TestClient


@get("/")
async def index() -> str:
    return shop.fail()


@get("/nothing")
async def nothing() -> str:
    raise NotFoundException


with TestClient(Litestar([index, nothing]), raise_server_exceptions=False) as client:
    print(client.get("/").status_code, client.get("/nothing").status_code)
