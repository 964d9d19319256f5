"""The connection to the service."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Type
from urllib.parse import quote

from . import _calls
from ._answers import many, one, some
from ._handles import Client, Config, describe
from .capture_session import CaptureSession, session_of
from .collection import Collection
from .websocket_client import WebSocketConnection


class Connection:
    """What everything else is asked of. Made by :func:`videodb_rt.connect`. Any thread may use it.

    :ivar str api_key: The key it was made with, or None
    :ivar str session_token: The client token it was made with, or None
    :ivar str base_url: The service's address
    :ivar str collection_id: The collection that was asked for last
    :ivar bool acknowledges: Whether an event counts as dealt with when whoever took it asks for more ("state.ack" is "auto")
    :ivar bool has_state_file: Whether its channels have one without being told
    """

    def __init__(
        self,
        api_key: Optional[str] = None,
        session_token: Optional[str] = None,
        base_url: Optional[str] = None,
        max_retries: Optional[int] = None,
        config: Optional[Mapping[str, Any]] = None,
    ) -> None:
        settings: Dict[str, Any] = dict(config or {})
        named = {"api_key": api_key, "session_token": session_token, "base_url": base_url, "http.max_retries": max_retries}
        settings.update({key: value for key, value in named.items() if value is not None})
        self.api_key = api_key or (None if session_token else os.environ.get("VIDEO_DB_API_KEY"))
        self.session_token = session_token
        defaults: Dict[str, Any] = {setting["key"]: setting["default"] for setting in describe()}
        self.base_url = settings.get("base_url") or os.environ.get("VIDEO_DB_API") or "https://api.videodb.io"
        self.collection_id = "default"
        if session_token and not api_key:
            settings["api_key"] = session_token  # else the key of the environment would be taken
        # The library would take an event for dealt with when its memory is given back: for all that came with it at once, and also for
        # what nobody was given. So it is the reader of a channel that acknowledges.
        self.acknowledges = settings.get("state.ack", "auto") in (None, "auto")
        self.has_state_file = bool(settings.get("state.file"))
        if self.acknowledges:
            settings["state.ack"] = "manual"
        with Config(settings) as made:
            self.handle = Client(made)
        self._timeout_ms = int(settings.get("http.timeout_ms") or defaults["http.timeout_ms"])  # once it is known to be a number

    def __repr__(self) -> str:
        return f"Connection(base_url={self.base_url})"

    # ---- Its life

    def close(self, timeout: float = 10) -> None:
        """Ends calls under way, closes event channels with a handshake, and lets go of everything.

        :param float timeout: Seconds; then it goes on ending in the background
        """
        if not self.handle.closed:
            try:
                self.handle.shutdown(max(0, round(timeout * 1000)))
            except Exception:  # in a forked child, or the time is over: it is let go all the same
                pass
            self.handle.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
        self.close()

    def set_credential(self, credential: str) -> None:
        """Replaces the key or client token. Everything that is sent from here on carries the new one, also what open channels send."""
        self.handle.set_credential(credential)

    # ---- Calls

    def call(self, operation: str, **arguments: Any) -> Any:
        """Any operation of the library by the name of its C function without `vdbrt_`, with its text arguments by their names there.

            conn.call("rtstream_get", rtstream_id="rts-1")
            conn.call("rtstream_list", options_json={"limit": 5})

        :return: What the function hands out, parsed; None where it hands out nothing
        """
        return _calls.run(self.handle, operation, self._timeout_ms, **arguments)

    def each(self, operation: str, **arguments: Any) -> Iterator[Dict[str, Any]]:
        """The records that a paged operation lists, page by page. Ids and options are given together."""
        return _calls.each(self.handle, operation, self._timeout_ms, some(arguments))

    def _request(self, method: str, path: str, query: Optional[Mapping[str, Any]], body: Any) -> Any:
        return self.call("call", method=method, path="/" + path.lstrip("/"), query_json=query or None, body_json=body)

    def get(self, path: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        """GET of a path of the service that has no method here; what it answers as `data`."""
        return self._request("GET", path, params, None)

    def post(self, path: str, data: Any = None) -> Any:
        """POST of a JSON object to a path of the service that has no method here."""
        return self._request("POST", path, None, data)

    def put(self, path: str, data: Any = None) -> Any:
        """PUT of a JSON object to a path of the service that has no method here."""
        return self._request("PUT", path, None, data)

    def patch(self, path: str, data: Any = None) -> Any:
        """PATCH with a JSON object of a path of the service that has no method here."""
        return self._request("PATCH", path, None, data)

    def delete(self, path: str) -> Any:
        """DELETE of a path of the service that has no method here."""
        return self._request("DELETE", path, None, None)

    # ---- Collections

    def get_collection(self, collection_id: Optional[str] = "default") -> Collection:
        """A collection, by its id."""
        return self._collection_of(self.call("collection_get", collection_id=collection_id), "get_collection")

    def get_collections(self) -> List[Collection]:
        """All collections."""
        return [
            Collection(self, str(item.get("id")), item.get("name"), item.get("description"), item.get("is_public", False))
            for item in many(self.call("collection_list"), "collections")
        ]

    def create_collection(self, name: str, description: str, is_public: bool = False) -> Collection:
        """Creates a collection.

        :param str name: Its name
        :param str description: Its description
        :param bool is_public: Whether others can see it
        """
        data = self.post("collection", {"name": name, "description": description, "is_public": is_public})
        return self._collection_of(data, "create_collection")

    def update_collection(self, id: str, name: str, description: str) -> Collection:
        """Gives a collection another name and description."""
        data = self.patch(f"collection/{quote(id, safe='')}", {"name": name, "description": description})
        return self._collection_of(data, "update_collection")

    def _collection_of(self, data: Any, operation: str) -> Collection:
        answer = one(data, operation, "id")
        self.collection_id = str(answer["id"])
        return Collection(self, self.collection_id, answer.get("name"), answer.get("description"), answer.get("is_public", False))

    # ---- Events and their channel

    def create_event(self, event_prompt: str, label: str) -> str:
        """Creates a reusable detection rule.

        :param str event_prompt: What to detect
        :param str label: Name of the rule in its alerts
        :return: Its id
        """
        data = self.call("event_rule_create", options_json=some({"event_prompt": event_prompt, "label": label}))
        return str(one(data, "create_event", "event_id")["event_id"])

    def list_events(self) -> List[Dict[str, Any]]:
        """All detection rules of the account: {event_id, event_prompt, label}."""
        return many(self.call("event_rule_list"), "events")

    def connect_websocket(self, collection_id: str = "default", state_file: Optional[str] = None, **options: Any) -> WebSocketConnection:
        """An event channel; nothing is sent before it is connected.

        :param str collection_id: The collection whose WebSocket it is
        :param str state_file: Where it keeps what outlives the process; else the setting "state.file". What a killed process had not
            dealt with comes again then (`Event.is_redelivered`): see :meth:`Event.ack`
        :param options: Further options of `vdbrt_events_open`
        """
        return WebSocketConnection(self, {"collection_id": collection_id, "state_file": state_file, **options})

    # ---- Capture sessions

    def create_capture_session(
        self,
        end_user_id: str,
        collection_id: str = "default",
        callback_url: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> CaptureSession:
        """Creates a capture session.

        :param str end_user_id: Whose screen and microphone it is
        :param str collection_id: The collection it belongs to
        :param str callback_url: Webhook for its events
        :param str ws_connection_id: Id of the event channel that gets its events
        :param dict metadata: Anything, kept with it
        """
        options = some(
            {
                "end_user_id": end_user_id,
                "callback_url": callback_url or None,
                "ws_connection_id": ws_connection_id or None,
                "metadata": metadata or None,
            }
        )
        return session_of(self, self.call("capture_session_create", collection_id=collection_id, options_json=options), collection_id)

    def get_capture_session(self, session_id: str, collection_id: str = "default") -> CaptureSession:
        """A capture session, by its id."""
        return session_of(self, self.call("capture_session_get", collection_id=collection_id, session_id=session_id), collection_id)

    def list_capture_sessions(self, collection_id: str = "default", status: Optional[str] = None) -> List[CaptureSession]:
        """Capture sessions, the first page of them.

        :param str collection_id: The collection they belong to
        :param str status: Only those that have this status
        """
        data = self.call("capture_session_list", collection_id=collection_id, options_json=some({"status": status or None}))
        return [session_of(self, item, collection_id) for item in many(data, "sessions")]

    def generate_client_token(self, expires_in: int = 86400) -> str:
        """A credential for a device, to be used like an API key. It ends after `expires_in` seconds."""
        data = self.call("client_token_create", options_json={"expires_in": expires_in})
        return str(one(data, "generate_client_token", "token")["token"])

    def get_async_response(self, id: str) -> Any:
        """The result of a call that the service answers later."""
        return self.call("async_response_get", response_id=id)
