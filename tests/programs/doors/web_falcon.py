# a resource of Falcon fails
# needs: falcon
import falcon
import falcon.testing

import shop


class Page:
    def on_get(self, request, response):
        shop.fail()


app = falcon.App()
app.add_route("/", Page())
print(falcon.testing.TestClient(app).simulate_get("/").status_code)
