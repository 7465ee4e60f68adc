"""An argument that the function empties before it crashes."""


def drain(queue):
    taken = []
    while queue:
        taken.append(queue.pop())
    return sum(taken) / len(taken) + [][len(taken)]


def main(count=3):
    return drain(list(range(count)))


if __name__ == "__main__":
    main()
