# a slot of PyQt5 fails in a program with an excepthook of its own
# needs: PyQt5
import os
import sys

import shop

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PyQt5.QtCore import QCoreApplication
from PyQt5.QtCore import QTimer


def hook(kind, exc, tb):
    print("their hook:", exc)


sys.excepthook = hook
app = QCoreApplication([])
QTimer.singleShot(10, shop.fail)
QTimer.singleShot(300, app.quit)
app.exec_()
print("goes on")
