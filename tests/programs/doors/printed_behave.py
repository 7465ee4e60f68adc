# a step of behave fails
# needs: behave
# compare: status
import sys
from pathlib import Path

from behave.__main__ import main

Path("features/steps").mkdir(parents=True)
Path("features/order.feature").write_text("Feature: orders\n  Scenario: one\n    Given an order of nothing\n")
Path("features/steps/steps.py").write_text("import behave, shop\nbehave.given('an order of nothing')(shop.fail)\n")
sys.exit(main(["features"]))
