# a callback of tkinter fails
# needs: tkinter /xvfb-run
import os
import subprocess
import sys

import shop

if "DISPLAY" not in os.environ:
    sys.exit(subprocess.run(["xvfb-run", "-a", sys.executable, __file__]).returncode)
import tkinter

root = tkinter.Tk()
root.after(10, shop.fail)
root.after(500, root.destroy)
root.mainloop()
print("goes on")
