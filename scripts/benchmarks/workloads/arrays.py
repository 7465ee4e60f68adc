"""128 MB of noise in an array and a frame of 200,000 rows."""

import os

import numpy as np
import pandas as pd

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])


def analyse():
    generator = np.random.default_rng(1)
    noise = generator.random(16 << 20)
    table = pd.DataFrame(
        {
            "id": np.arange(200_000),
            "price": generator.random(200_000),
            "name": [f"name {n % 1000}" for n in range(200_000)],
        }
    )
    return len(table) / int(noise[0])


analyse()
