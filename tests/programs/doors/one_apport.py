# an excepthook like that of apport calls the one of the interpreter
import sys

import shop


def apport(kind, exc, tb):
    try:
        print("report written")
    finally:
        sys.__excepthook__(kind, exc, tb)


sys.excepthook = apport
shop.fail()
