"""A recursion that fails at a leaf."""


def total(tree):
    if isinstance(tree, list):
        return sum(total(each) for each in tree)
    return tree["weight"] + 0


def depth(tree):
    if not isinstance(tree, list):
        return 1 / tree["depth"]
    result = 0
    for each in tree:
        result = max(result, depth(each))
    return result


if __name__ == "__main__":
    print(depth([[{"depth": 2}], [[{"depth": 0}]]]))
