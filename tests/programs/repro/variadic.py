"""A variable number of arguments, by position and by name."""


def join(separator, *parts, upper=False, **replacements):
    text = separator.join(parts)
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text.upper() if upper else text


print(join("-", "a", "b", None, upper=True, a="x", b="y"))
