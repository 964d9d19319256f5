"""Tables, as text that is Markdown too, and RESULTS.md that is made of them."""

from suite import events, figures, plot, store
from suite.paths import BENCH

ABOUT = """\
# What libvideodb_rt costs

Written by `make bench`; `README.md` beside it says how it is measured and what is compared with what. Ratios are of rows of one table,
whose rows ran interleaved on one machine; the absolute numbers are those of this machine. A load average above the number of its cores
says that others were at work meanwhile: ratios of CPU bear that, absolute numbers, latency and start-up less so.
"""

READING = """\
![CPU of an event](events.svg)

**Ours** reads channel and text of each event in the default configuration: frames, UTF-8 and JSON validated, lossless delivery on, a
transcript and an index bound to the channel. *C by hand* is the program one would write with the same libraries for this benchmark
alone: it validates no UTF-8, with simdjson not the parts of the JSON that it does not read, knows no ping, no limit and no close, and what
a cut swallows is lost. *CPU* is user and system time of the client's process, all threads, from its first event to its last, the lowest of all
rounds; *server's CPU* is what the sender spent on the same event, which has to be less for the client to be what is measured. *Events a
second* is what came through with the server on the same cores, and says less than CPU does.
"""

NOT_COMPARED = """\
## What this does not compare

- A network. Everything is loopback, on the cores that the server uses too; latency is that of wake-ups on one core, not of a way to a service.
- What the peers leave out. None of them reconnects, binds again, fetches what was missed or keeps a state file; only our rows pay for that.
- Compression. The service is not known to use permessage-deflate; it is off, or declined, everywhere.
- Tuning of peers. Each is what its documentation shows, with a receive buffer of 64 KiB where that can be set. Go and Node collect
  garbage on other threads, which counts as their CPU.
- Rust. Debian 12 has no tungstenite, and nothing is fetched from elsewhere.
- Events of other sizes: there are three mixtures (`server/pool.c`), of about 400 bytes on average.
- Instructions of a processor with AVX-512, which valgrind does not know: the counts of simdjson are those of its AVX2 form, as ours are.
- How much a figure varies: the lowest of a few rounds moves by ten per cent and more between runs where an event takes a quarter of a
  microsecond. Where a ratio is near its bound, more rounds tell more (`ROUNDS=10`).
- Channels with state in the table of many channels: nothing is bound to them. A bound transcript or index remembers up to 8,192 items of 40
  bytes, that is 320 KB where that many came (`backfill.remember`).
- The program by hand with many connections counts messages and does not parse them; it is there for its memory.
"""


def table(head, lines):
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]

    def row(cells):
        padded = [cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (width + 1) + (":" if i else "-") for i, width in enumerate(widths)) + "|"
    return "\n".join([row(head), rule, *map(row, lines)])


def write(kinds):
    """RESULTS.md and events.svg of everything that is kept; `kinds` as in run.py."""
    kept = {kind: store.kept(kind) for kind in kinds}
    kept = {kind: measured for kind, measured in kept.items() if measured}
    results = {kind: measured["results"] for kind, measured in kept.items()}
    parts = [ABOUT, f"{store.machine()}.\n", "## Figures\n", table(*figures.table(results)) + "\n"]
    for kind, measured in kept.items():
        title, _, make = kinds[kind]
        parts.append(f"## {title}\n")
        if kind == events.PLAIN:
            parts.append(READING)
        parts.append(table(*make(results[kind])) + "\n")
        where = f"{measured['when']} on {measured['commit']}, with a load average of {measured['load']}"
        parts.append(f"Measured {where}; alone: `make bench ONLY=^{kind}/`\n")
    parts += [NOT_COMPARED, "## Versions\n", ", ".join(store.versions()) + "\n"]
    (BENCH / "RESULTS.md").write_text("\n".join(parts))
    if events.PLAIN in results:
        (BENCH / "events.svg").write_text(plot.draw(results[events.PLAIN], results.get(events.TLS, {})))
