# a slot of PySide6 fails
# needs: PySide6
import os

import shop

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QCoreApplication
from PySide6.QtCore import QTimer

app = QCoreApplication([])
QTimer.singleShot(10, shop.fail)
QTimer.singleShot(300, app.quit)
app.exec()
print("goes on")
