# a handler of a Textual app fails
# needs: textual
# compare: status
from textual.app import App

import shop


class Shop(App):
    on_mount = shop.fail


Shop().run(headless=True)
