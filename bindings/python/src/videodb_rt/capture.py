"""The channels of a capture session."""

from __future__ import annotations

from typing import Any, Dict


class Channel:
    """What of a user's machine is captured.

    :ivar str id: Id of the channel
    :ivar str name: Its name
    :ivar str type: "audio" or "video"
    :ivar bool store: Whether it is kept
    :ivar bool is_primary: Whether it is the session's main picture
    """

    def __init__(self, id: str, name: str, type: str) -> None:
        self.id = id
        self.name = name
        self.type = type
        self.store = False
        self.is_primary = False

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}(id={self.id}, name={self.name})"

    def to_dict(self) -> Dict[str, Any]:
        """The channel as the service takes it."""
        return {"channel_id": self.id, "type": self.type, "name": self.name, "store": self.store, "is_primary": self.is_primary}


class AudioChannel(Channel):
    """A microphone, or the sound of the system."""

    def __init__(self, id: str, name: str) -> None:
        super().__init__(id, name, type="audio")


class VideoChannel(Channel):
    """A screen or a camera."""

    def __init__(self, id: str, name: str) -> None:
        super().__init__(id, name, type="video")
