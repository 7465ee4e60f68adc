"""An exception in __del__, again and again; the program goes on."""


class Resource:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        handle = {"name": self.name}
        raise ValueError(f"cannot close {handle['name']}")


def main():
    for number in range(20):
        Resource(f"resource-{number}")
    print("main goes on")


main()
