# a slot of PyQt5 fails, after which PyQt ends the process
# needs: PyQt5
import os
import subprocess
import sys

if len(sys.argv) < 2:
    print(subprocess.run([sys.executable, __file__, "offscreen"]).returncode)
    sys.exit()
import shop

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PyQt5.QtCore import QCoreApplication
from PyQt5.QtCore import QTimer

app = QCoreApplication([])
QTimer.singleShot(10, shop.fail)
QTimer.singleShot(300, app.quit)
app.exec_()
