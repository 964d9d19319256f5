"""The event channel: a call for its address, then the WebSocket itself, which carries no token."""

from step import Step

STEPS = [
    Step("event channel", "events_open", sdk=lambda p: p.open_events()),
    Step("event channel of a collection", "events_open", {"collection_id": "c-1"}, sdk=lambda p: p.open_events("c-1")),
]
