"""The report of a night: what each customer has ordered, in money."""

from decimal import Decimal
from decimal import InvalidOperation

import pandas as pd
from models import Customer
from models import Order
from sqlalchemy import select
from sqlalchemy.orm import Session


class ReportError(Exception):
    """A report that can't be made."""

    def __init__(self, customer, day):
        super().__init__(f"no report for {customer.name} on {day}")
        self.customer = customer
        self.day = day


def report(session: Session, day: str) -> dict[str, Decimal]:
    totals = {}
    for customer in session.scalars(select(Customer).order_by(Customer.id)):
        try:
            totals[customer.name] = total(customer, load_orders(session, customer, day))
        except (InvalidOperation, ValueError) as error:
            raise ReportError(customer, day) from error
    return totals


def money(text: str) -> Decimal:
    return Decimal(text)


def load_orders(session, customer, day):
    rows = session.execute(select(Order.id, Order.price).where(Order.customer_id == customer.id, Order.day == day))
    return pd.DataFrame(rows.all(), columns=["order", "price"])


def total(customer: Customer, df: pd.DataFrame) -> Decimal:
    discount = Decimal(customer.discount or 0)
    prices = df["price"].apply(money)
    return sum(prices, Decimal(0)) * (1 - discount / 100)
