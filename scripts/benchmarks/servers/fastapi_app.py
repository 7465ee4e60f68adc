"""A view that answers, and one that fails among ordinary values."""

import fastapi

app = fastapi.FastAPI()
ROWS = [{"id": number, "title": f"row number {number}", "price": number * 1.1} for number in range(100)]


@app.get("/")
async def index():
    return {"rows": ROWS[:10]}


@app.get("/fail")
async def fail():
    rows = [row for row in ROWS if row["price"] < 0]
    return {"average": sum(row["price"] for row in rows) / len(rows)}
