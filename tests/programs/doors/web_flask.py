# a view of Flask fails
# needs: flask
# env: TIBIDI_LOGGING=ERROR
import flask

import shop

app = flask.Flask("shop")
app.add_url_rule("/", view_func=shop.fail)
print(app.test_client().get("/").status_code)
