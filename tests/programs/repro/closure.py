"""A function within a function, with free variables."""


def make_scaler(factor, offset):
    def scale(value):
        shifted = value + offset
        return shifted / factor

    return scale


def main():
    scaler = make_scaler(0, 4)
    print(scaler(3))


if __name__ == "__main__":
    main()
