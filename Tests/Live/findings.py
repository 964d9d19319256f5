"""The open unknowns of the protocol (its section 7), and what a walk saw of each."""

TITLES = {
    1: "unit of event times",
    2: "name of the visual channel",
    3: "a transcript that is started again moves to the new connection id",
    4: "several connection ids for one pipeline",
    5: "a status call for an index with a connection id",
    6: "events for an id that is gone",
    7: "idle timeout and longest life of a channel",
    8: "life of a WebSocket address",
    9: "what start and end of records mean",
    10: "order of records",
    11: "what `since` compares",
    12: "largest page of scenes",
    13: "first page, and a page that is none",
    14: "rate limits",
    15: "webhooks: repeats, timeout, signature",
    16: "body of an alert's status call",
    17: "key of a scene's text",
    18: "key of transcript records",
    19: "default engine",
    20: "channel of an understanding's events",
    21: "interim transcripts",
    22: "form of a player address",
    23: "search without an index",
    24: "status of an answer that creates",
    25: "start of a started stream, stop of a stopped one",
    26: "the same alert twice",
    27: "how long records are kept without `store`",
    28: "whether a connection id belongs to a key",
    29: "scope of event rules",
    30: "start_time in the second form of a webhook",
    31: "how late records are",
    32: "numbers as texts in extraction_config",
}


class Findings:
    def __init__(self):
        self.settled = {}
        self.reasons = {}

    def settle(self, number, observation):
        self.settled[number] = observation

    def leave(self, number, reason):
        self.reasons[number] = reason

    def lines(self):
        for number, title in TITLES.items():
            what = self.settled.get(number)
            if what is None:
                what = "not settled: " + self.reasons.get(number, "the walk did not come to it")
            yield f"{number:3} {title}: {what}"
