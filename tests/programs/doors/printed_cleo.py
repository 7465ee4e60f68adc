# a command of Cleo fails, which Cleo prints
# needs: cleo
import shop
from cleo.application import Application
from cleo.commands.command import Command
from cleo.io.inputs.argv_input import ArgvInput


class Pay(Command):
    name = "pay"

    def handle(self):
        return shop.fail()


application = Application()
application.auto_exits(False)
application.add(Pay())
print(application.run(ArgvInput(["shop", "refund"])))
application.run(ArgvInput(["shop", "pay"]))
