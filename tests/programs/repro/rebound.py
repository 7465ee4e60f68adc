"""An argument that is bound again before the crash: its first value is gone, but the caller has it."""


def parse(text):
    text = text.strip()
    text = text.split("=")
    return int(text[1])


def load(lines):
    found = []
    for line in lines:
        found.append(parse(line))
    return found


if __name__ == "__main__":
    print(load(("a=1", "b=two ")))
