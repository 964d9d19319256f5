"""Interleaved rounds: every row runs once in each, and every second round in the opposite order, so that what disturbs the machine for a
while disturbs all of them. A disturbance only ever adds, so that the lowest figure of a row is its own."""

import os
import sys


def together(rows, rounds, measure):
    """{row: [what `measure` gave for it in each round]}, where it is called once a round with all rows."""
    results = {row.name: [] for row in rows}
    for number in range(rounds if rows else 0):
        if number % 10 == 0 or rounds <= 10:
            print(f"  round {number + 1} of {rounds}, load {os.getloadavg()[0]:.2f}", file=sys.stderr, flush=True)
        for name, result in measure(rows if number % 2 == 0 else rows[::-1]).items():
            results[name].append(result)
    return results


def interleave(rows, rounds, measure):
    """{row: [what `measure` gave in each round]}. A failure of one is a failure of the benchmark."""
    return together(rows, rounds, lambda rows: {row.name: measure(row) for row in rows})


def lowest(samples, key):
    return min(sample[key] for sample in samples)


def median(samples, key):
    ordered = sorted(sample[key] for sample in samples)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def ratio(results, row, other, key="cpu", of=lowest):
    """As text; empty where one was not measured."""
    if not results.get(row) or not results.get(other):
        return ""
    return f"{of(results[row], key) / of(results[other], key):.2f}"
