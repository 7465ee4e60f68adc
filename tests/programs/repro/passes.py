"""A crash that depends on what is no argument."""

CLIENTS = []


def connect(name):
    if len(CLIENTS) > 1:
        raise RuntimeError(f"too many clients for {name}")
    CLIENTS.append(name)


def main():
    for name in ("ada", "bob", "cyd"):
        connect(name)


if __name__ == "__main__":
    CLIENTS.append("root")
    main()
