# a keyword of Robot Framework fails; another one is expected to
# needs: robot
# compare: status
import sys
from pathlib import Path

import robot

Path("Orders.py").write_text("import shop\ndef price_an_order(): shop.fail()\ndef reject(): raise ValueError\n")
Path("orders.robot").write_text(
    """
*** Settings ***
Library    Orders.py

*** Keywords ***
Work On An Order
    Price An Order

*** Test Cases ***
One
    Run Keyword And Ignore Error    Reject
    Run Keyword And Expect Error    ValueError    Reject
    Work On An Order
"""
)
sys.exit(robot.run("orders.robot", pythonpath="."))
