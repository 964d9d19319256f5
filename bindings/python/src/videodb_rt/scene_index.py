"""Scene indexes, of pictures or of speech, and the alerts on indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

from ._answers import many, one, some

if TYPE_CHECKING:
    from .client import Connection


class Alerts:
    """What all indexes have: alerts that apply an event rule to them."""

    _connection: "Connection"
    rtstream_id: str
    # What the operations are called, "OPERATION_create" for example.
    _alerts = "alert"

    def _index_id(self) -> str:
        raise NotImplementedError

    def create_alert(self, event_id: str, callback_url: Optional[str] = None, ws_connection_id: Optional[str] = None) -> str:
        """Applies an event rule to the index.

        :param str event_id: The rule
        :param str callback_url: Webhook that gets its alerts
        :param str ws_connection_id: Id of the event channel that gets its alerts
        :return: Id of the alert
        """
        options = some({"event_id": event_id, "callback_url": callback_url or None, "ws_connection_id": ws_connection_id or None})
        data = self._call("create", options_json=options)
        return str(one(data, "create_alert", "alert_id")["alert_id"])

    def list_alerts(self) -> List[Dict[str, Any]]:
        """Its alerts: {alert_id, event_id, prompt, label, callback_url, status}."""
        return many(self._call("list"), "alerts")

    def enable_alert(self, alert_id: str) -> None:
        """Lets an alert fire again."""
        self._call("enable", alert_id=alert_id)

    def disable_alert(self, alert_id: str) -> None:
        """Lets an alert fire no more. The service has no call that deletes one."""
        self._call("disable", alert_id=alert_id)

    def _call(self, what: str, **arguments: Any) -> Any:
        return self._connection.call(f"{self._alerts}_{what}", rtstream_id=self.rtstream_id, index_id=self._index_id(), **arguments)


class RTStreamSceneIndex(Alerts):
    """A scene index: what a prompt made of pictures or of speech.

    :ivar str rtstream_index_id: Its id
    :ivar str rtstream_id: The stream it is of
    :ivar str extraction_type: "time", "shot" or "transcript"
    :ivar dict extraction_config: How the stream is cut
    :ivar str prompt: Its prompt
    :ivar str name: Its name
    :ivar str status: "running" or "stopped"
    :ivar str sandbox_id: Where it is computed, if not at the service
    """

    def __init__(self, _connection: "Connection", rtstream_index_id: str, rtstream_id: str, **kwargs: Any) -> None:
        self._connection = _connection
        self.rtstream_index_id = rtstream_index_id
        self.rtstream_id = rtstream_id
        self.extraction_type: Optional[str] = kwargs.get("extraction_type")
        self.extraction_config: Optional[Dict[str, Any]] = kwargs.get("extraction_config")
        self.prompt: Optional[str] = kwargs.get("prompt")
        self.name: Optional[str] = kwargs.get("name")
        self.status: Optional[str] = kwargs.get("status")
        self.sandbox_id: Optional[str] = kwargs.get("sandbox_id")

    def __repr__(self) -> str:
        names = ("rtstream_index_id", "rtstream_id", "extraction_type", "extraction_config", "prompt", "name", "status", "sandbox_id")
        return "RTStreamSceneIndex(" + ", ".join(f"{name}={getattr(self, name)}" for name in names) + ")"

    def _index_id(self) -> str:
        return self.rtstream_index_id

    def get_scenes(self, start: Optional[float] = None, end: Optional[float] = None, page: int = 1, page_size: int = 100) -> Dict[str, Any]:
        """A page of its scenes, the newest first.

        :param float start: Only scenes after this, in seconds since the Unix epoch
        :param float end: Only scenes before this
        :param int page: Number of the page, from 1
        :param int page_size: Scenes on a page
        :return: {scenes: [{start, end, description}], next_page: whether there are more}
        """
        options = some({"start": start, "end": end, "page": page, "page_size": page_size})
        data = self._connection.call(
            "scene_index_get_scenes", rtstream_id=self.rtstream_id, index_id=self.rtstream_index_id, options_json=options
        )
        return {"scenes": many(data, "scene_index_records"), "next_page": bool(data and data.get("next_page"))}

    def iter_scenes(self, start: Optional[float] = None, end: Optional[float] = None) -> Iterator[Dict[str, Any]]:
        """All its scenes, page by page."""
        return self._connection.each(
            "scene_index_get_scenes", rtstream_id=self.rtstream_id, index_id=self.rtstream_index_id, start=start, end=end
        )

    def update(self, prompt: str) -> None:
        """Gives it another prompt."""
        self._connection.call(
            "scene_index_update", rtstream_id=self.rtstream_id, index_id=self.rtstream_index_id, options_json={"prompt": prompt}
        )
        self.prompt = prompt

    def start(self) -> None:
        """Resumes it."""
        self._connection.call("scene_index_start", rtstream_id=self.rtstream_id, index_id=self.rtstream_index_id)
        self.status = "running"

    def stop(self) -> None:
        """Stops it. Its scenes stay."""
        self._connection.call("scene_index_stop", rtstream_id=self.rtstream_id, index_id=self.rtstream_index_id)
        self.status = "stopped"


def scene_index_of(connection: "Connection", data: Any, rtstream_id: str, operation: str) -> RTStreamSceneIndex:
    """The scene index that the service's object is."""
    members = dict(one(data, operation, "rtstream_index_id"))
    members.pop("rtstream_id", None)
    return RTStreamSceneIndex(connection, members.pop("rtstream_index_id"), rtstream_id, **members)
