"""Capture sessions: a user's screen and microphone as streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ._answers import many, one, some
from .capture import AudioChannel, Channel, VideoChannel
from .rtstream import RTStream

if TYPE_CHECKING:
    from .client import Connection


class CaptureSession:
    """A capture session.

    :ivar str id: Its id
    :ivar str collection_id: The collection it belongs to
    :ivar str end_user_id: Whose screen and microphone it is
    :ivar str client_id: Id that the capturing client gave it
    :ivar str status: "created", "starting", "active", "stopping", "stopped", "exported" or "failed"
    :ivar str callback_url: Webhook for its events
    :ivar dict metadata: What was given at its creation
    :ivar list channels: Its :class:`Channel` objects
    :ivar list rtstreams: Its :class:`RTStream` objects
    :ivar str primary_video_channel_id: Id of the main picture's channel
    :ivar str export_status: "exporting", "exported" or "failed"; None before
    :ivar str exported_video_id: Id of the exported video
    """

    def __init__(self, _connection: "Connection", id: str, collection_id: str, **kwargs: Any) -> None:
        self._connection = _connection
        self.id = id
        self.collection_id = collection_id
        self._update_attributes(kwargs)

    def __repr__(self) -> str:
        return f"CaptureSession(id={self.id}, status={self.status}, collection_id={self.collection_id}, end_user_id={self.end_user_id})"

    def _update_attributes(self, data: Dict[str, Any]) -> None:
        self.end_user_id: Optional[str] = data.get("end_user_id")
        self.client_id: Optional[str] = data.get("client_id")
        self.status: Optional[str] = data.get("status")
        self.callback_url: Optional[str] = data.get("callback_url")
        self.exported_video_id: Optional[str] = data.get("exported_video_id")
        self.metadata: Dict[str, Any] = data.get("metadata") or {}
        self.primary_video_channel_id: Optional[str] = data.get("primary_video_channel_id")
        self.export_status: Optional[str] = data.get("export_status")
        self.channels: List[Channel] = []
        for item in many(data, "channels"):
            make = VideoChannel if item.get("type") == "video" else AudioChannel
            channel = make(id=item.get("channel_id", ""), name=item.get("name", ""))
            channel.store = item.get("store", False)
            channel.is_primary = item.get("is_primary", False)
            self.channels.append(channel)
        self.rtstreams: List[RTStream] = []
        for item in many(data, "rtstreams"):
            members = {"collection_id": self.collection_id, **item}
            id = members.pop("id", None) or members.get("rtstream_id")
            self.rtstreams.append(RTStream(self._connection, id=str(id), **members))

    @property
    def displays(self) -> List[VideoChannel]:
        """The channels that are video."""
        return [channel for channel in self.channels if isinstance(channel, VideoChannel)]

    def get_rtstream(self, category: str) -> List[RTStream]:
        """The streams of a category, one of :class:`RTStreamChannelType`."""
        return [stream for stream in self.rtstreams if str(stream.channel_id or "").lower() == category.lower()]

    def export(self, video_channel_id: Optional[str] = None, ws_connection_id: Optional[str] = None) -> Any:
        """Exports the session as a video. Repeat it to learn how that goes on.

        :param str video_channel_id: The channel to export; else the main picture
        :param str ws_connection_id: Id of the event channel that is told of the end
        :return: {export_status: "exporting", "exported" or "failed", ...}; with video_id, stream_url, player_url when exported
        """
        options = some({"video_channel_id": video_channel_id or None, "ws_connection_id": ws_connection_id or None})
        return self._connection.call("capture_session_export", collection_id=self.collection_id, session_id=self.id, options_json=options)


def session_of(connection: "Connection", data: Any, collection_id: str) -> CaptureSession:
    """The session that the service's object is."""
    members = dict(one(data, "the capture session", "session_id", "id"))
    id = members.pop("session_id", None) or members.get("id")
    members.pop("id", None)
    return CaptureSession(connection, id=str(id), collection_id=str(members.pop("collection_id", None) or collection_id), **members)
