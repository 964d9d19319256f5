"""Which fault comes when, from one seed: after how many items what is done to the proxy."""

import random

CODES = [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4000]


def _kinds(dice, slow):
    """One of each; `slow` scales what takes time."""
    return [
        {"fault": "reset"},
        {"fault": "close", "code": dice.choice(CODES)},
        {"fault": "close", "code": dice.choice(CODES)},
        {"fault": "mid_frame"},
        {"fault": "silence"},
        {"fault": "delay", "ms": int(200 * slow * dice.uniform(0.5, 1))},
        {"fault": "double"},
        {"fault": "refuse", "ms": int(300 * slow * dice.uniform(0.2, 1))},
        {"fault": "status", "code": 503, "times": dice.randint(1, 4)},
        {"fault": "status", "code": 503, "times": 1, "retry_after": 1},
        {"fault": "status", "code": 429, "times": dice.randint(1, 3)},
        {"fault": "status", "code": 429, "times": 1, "retry_after": 1},
        {"fault": "hanging_upgrade"},
        {"fault": "no_first_message"},
        {"fault": "odd_first_message", "text": dice.choice(['{"hello":"there"}', "not json", "[1]", '{"connection_id":7}'])},
        {"fault": "cut_back_fill"},
    ]


def schedule(seed, items, faults, slow=1.0):
    """[(after how many items, fault)], each kind equally often, in an order of the seed's; none in the first and last twentieth."""
    dice = random.Random(seed)
    kinds = []
    while len(kinds) < faults:
        some = _kinds(dice, slow)
        dice.shuffle(some)
        kinds += some
    first, last = items // 20, items - items // 20
    times = sorted(dice.randrange(first, max(last, first + 1)) for _ in range(faults))
    return list(zip(times, kinds))
