"""The night job: a service that is asked for the report of a day, and crashes at one price of one customer."""

import sys

from flask import Flask
from flask import request
from models import Base
from models import Customer
from models import Order
from report import report
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

DAY = "2026-11-22"
app = Flask("night")
app.config["PROPAGATE_EXCEPTIONS"] = True
engine = create_engine("sqlite://", poolclass=StaticPool)
settings = {"day": DAY, "retries": 3, "mail_to": ["ada@example.com", "bob@example.com"]}


@app.post("/report")
def make_report():
    day = request.get_json()["day"]
    with Session(engine) as session:
        totals = report(session, day)
    return {name: str(total) for name, total in totals.items()}


def fill():
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for number, name in enumerate(("Acme", "Brick & Co", "Cobalt"), 17):
            session.add(Customer(id=number, name=name, discount=number % 3 * 5))
            for order in range(number * 5, number * 5 + 6):
                price = "1,50" if (number, order % 5) == (18, 2) else f"{order}.90"
                session.add(Order(id=order + number, customer_id=number, day=DAY, price=price))
        session.commit()


def main():
    fill()
    answer = app.test_client().post("/report", json={"day": settings["day"]})
    print(answer.get_json())


if __name__ == "__main__":
    sys.exit(main())
