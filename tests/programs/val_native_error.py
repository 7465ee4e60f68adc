import pydantic


class Order(pydantic.BaseModel):
    amount: int


def parse(text):
    return Order(amount=text)


parse("many")
