"""The events, as a drawing."""

from html import escape
from math import floor, log10

from suite import events
from suite.rounds import lowest

WIDTH, LEFT, RIGHT, ROW, TOP = 940, 350, 80, 26, 70
OURS, OTHER, GRID, INK = "#c2410c", "#64748b", "#e2e8f0", "#0f172a"


def text(x, y, content, anchor="start", weight="normal", size=13, color=INK):
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-weight="{weight}" font-size="{size}" fill="{color}">{escape(content)}</text>'


def bar(y, to, style):
    return f'<rect x="{LEFT}" y="{y + 3}" width="{to - LEFT:.1f}" height="{ROW - 9}" {style}/>'


def draw(plain, tls):
    """Bars on a logarithmic scale: filled without TLS, outlined with it."""
    rows = []
    for row in events.ROWS:
        if row.name in plain:
            rows.append((row, lowest(plain[row.name], "cpu"), lowest(tls[row.name], "cpu") if row.name in tls else 0))
    rows.sort(key=lambda row: row[1])
    smallest = min(cpu for _, cpu, _ in rows)
    largest = max(max(cpu, over_tls) for _, cpu, over_tls in rows)
    low, high = floor(log10(smallest)), log10(largest)
    height = TOP + ROW * len(rows) + 30

    def x(cpu):
        return LEFT + (log10(cpu) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(20, 28, "CPU of an event, in microseconds", weight="bold", size=17),
        text(20, 48, "407 bytes of JSON; lowest of all rounds; logarithmic scale. Filled: plain; outlined: over TLS.", size=12),
    ]
    for power in range(low, floor(high) + 1):
        for step in (1, 2, 5):
            if low <= log10(step) + power <= high:
                at = x(step * 10**power)
                parts.append(f'<line x1="{at:.1f}" y1="{TOP - 8}" x2="{at:.1f}" y2="{height - 26}" stroke="{GRID}"/>')
                parts.append(text(at, height - 10, f"{step * 10**power:g}", "middle", size=11, color=OTHER))
    for number, (row, cpu, over_tls) in enumerate(rows):
        y = TOP + number * ROW
        is_ours = row.name.startswith("ours")
        color = OURS if is_ours else OTHER
        parts.append(text(LEFT - 10, y + 15, row.label.replace("**", ""), "end", "bold" if is_ours else "normal"))
        parts.append(bar(y, x(cpu), f'fill="{color}"'))
        if over_tls:
            parts.append(bar(y, x(over_tls), f'fill="none" stroke="{color}"'))
        parts.append(text(x(max(cpu, over_tls)) + 6, y + 15, f"{cpu:.3g}", size=12, color=color))
    return "\n".join([*parts, "</svg>"]) + "\n"
