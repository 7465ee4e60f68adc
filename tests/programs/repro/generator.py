"""A generator that has yielded items before it fails."""


def ratios(pairs, scale):
    for one, other in pairs:
        yield scale * one / other


def main():
    print(list(ratios([(1, 2), (3, 4), (5, 0)], 10)))


if __name__ == "__main__":
    main()
