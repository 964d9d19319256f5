"""What becomes of events before they are handed out, many at once."""

from __future__ import annotations

import logging
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from ._events import Event, dicts_of, events_of, message_id
from ._header import EventKind
from ._taken import OWN, Taken

# Close codes of an end in order.
ORDERLY = (1000, 1001, 1005)

# In place of what is not handed out.
SKIP: Any = object()

logger = logging.getLogger("videodb_rt")


# Names that a channel may be asked for by; those of the library's own begin with "vdbrt.".
_CHANNELS = ("transcript", "scene_index", "audio_index", "alert", "capture_session")
# What the service may call a channel, by its name in the specification.
_ALIASES = {"visual_index": "scene_index", "spoken_index": "audio_index"}


class View(NamedTuple):
    """How the events are wanted."""

    parsed: bool = True
    """Else as events."""
    named: bool = False
    """As dicts with the specification's names of channels; else as they were sent."""
    own: bool = False
    """What the library tells of the channel is handed out; else the log tells it."""
    channel: Optional[str] = None
    id: Optional[str] = None

    @classmethod
    def named_messages(cls, channel: Optional[str], id: Optional[str], notices: bool) -> "View":
        """What `stream` gives, by its arguments."""
        for name, value in (("channel", channel), ("id", id)):
            if value is not None and not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"{name} must be a str, not {type(value).__name__}: nothing would match it.")
        wanted = _ALIASES.get(channel, channel) if channel else None
        own = (wanted or "").startswith("vdbrt.")
        if wanted is not None and not own and wanted not in _CHANNELS:
            logger.warning("stream(channel=%r): the documentation has no such channel, but %s.", channel, ", ".join(_CHANNELS))
        return cls(named=True, own=own or notices, channel=wanted, id=id or None)

    def items(self, taken: Taken) -> Tuple[List[Any], bool]:
        """What is handed out for each of them, or SKIP; and whether there is a SKIP."""
        if not self.parsed:
            return list(events_of(taken)), False
        places: Sequence[int] = range(taken.count)
        if not self.own and max(taken.kinds) >= OWN:
            places = [at for at in places if taken.kinds[at] < OWN]
        if self.channel is not None:
            places = [at for at in places if taken.channels[at] == self.channel]
        messages = taken.messages(places)
        found: List[Any] = [*dicts_of(taken, places, messages)] if self.named else messages
        if self.id is None and len(places) == taken.count:
            return found, False
        items = [SKIP] * taken.count
        for at, item in zip(places, found):
            if self.id is None or message_id(item) == self.id:
                items[at] = item
        return items, True

    def pass_over(self, taken: Taken, at: int) -> None:
        """It is not handed out: if it is the library's own, the log is told."""
        if not self.own and taken.kinds[at] >= OWN:
            event = Event(taken, at)
            kind, data = event.kind, event.own_data
            in_order = kind == EventKind.DISCONNECTED and (data.get("status") == "VDBRT_E_CLOSED" or data.get("close_code") in ORDERLY)
            quiet = in_order or kind == EventKind.CONNECTED or event.channel == "vdbrt.backfilled"
            logger.log(logging.INFO if quiet else logging.WARNING, "%s: %s", event.channel, data)
