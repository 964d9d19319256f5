"""A collection, and the streams in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Union
from urllib.parse import quote

from ._answers import many, one, some
from ._constants import MediaType
from .capture_session import CaptureSession
from .exceptions import InvalidRequestError
from .rtstream import RTStream
from .search_result import RTStreamSearchResult, result_of

if TYPE_CHECKING:
    from .client import Connection


class Collection:
    """A collection. Made by :meth:`Connection.get_collection`.

    :ivar str id: Its id
    :ivar str name: Its name
    :ivar str description: Its description
    :ivar bool is_public: Whether others can see it
    """

    def __init__(
        self,
        _connection: "Connection",
        id: str,
        name: Optional[str] = None,
        description: Optional[str] = None,
        is_public: bool = False,
    ) -> None:
        self._connection = _connection
        self.id = id
        self.name = name
        self.description = description
        self.is_public = is_public

    def __repr__(self) -> str:
        return f"Collection(id={self.id}, name={self.name}, description={self.description}, is_public={self.is_public})"

    def _path(self) -> str:
        return f"collection/{quote(self.id, safe='')}"

    def delete(self) -> None:
        """Deletes the collection."""
        self._connection.delete(self._path())

    def make_public(self) -> None:
        """Lets others see it."""
        self._connection.patch(self._path(), {"is_public": True})
        self.is_public = True

    def make_private(self) -> None:
        """Lets nobody else see it."""
        self._connection.patch(self._path(), {"is_public": False})
        self.is_public = False

    # ---- Streams

    def connect_rtstream(
        self,
        url: str,
        name: str,
        media_types: Optional[Sequence[Union[str, MediaType]]] = None,
        sample_rate: Optional[int] = None,
        store: Optional[bool] = None,
        enable_transcript: Optional[bool] = None,
        ws_connection_id: Optional[str] = None,
    ) -> RTStream:
        """Connects a camera and starts its ingest. Each call makes a stream.

        :param str url: rtsp://... or whatever else the service reads
        :param str name: Name of the stream
        :param list media_types: MediaType.video, MediaType.audio or both; video
        :param int sample_rate: Frames a second
        :param bool store: Whether the recording is kept, for :meth:`RTStream.export`
        :param bool enable_transcript: Whether speech is transcribed
        :param str ws_connection_id: Id of the event channel that gets its transcripts
        :raises ValueError: If media_types is empty or holds anything else
        """
        given = [MediaType.video] if media_types is None else media_types
        kinds = [kind.value if isinstance(kind, MediaType) else kind for kind in given]
        invalid = set(kinds) - {"video", "audio"}
        if invalid or not kinds:
            raise ValueError(f"Invalid media_types: {invalid or kinds}. Valid values: {MediaType.audio}, {MediaType.video}")
        options = {
            "url": url,
            "name": name,
            "media_types": kinds,
            "sample_rate": sample_rate,
            "store": store,
            "enable_transcript": enable_transcript,
            "ws_connection_id": ws_connection_id,
        }
        data = self._connection.call("rtstream_connect", collection_id=self.id, options_json=some(options))
        return _stream_of(self._connection, data, "connect_rtstream")

    def get_rtstream(self, id: str) -> RTStream:
        """A stream, by its id."""
        return _stream_of(self._connection, self._connection.call("rtstream_get", rtstream_id=id), "get_rtstream")

    def list_rtstreams(
        self,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        status: Optional[str] = None,
        name: Optional[str] = None,
        ordering: Optional[str] = None,
    ) -> List[RTStream]:
        """Streams, of all collections.

        :param int limit: How many at most; the service's default is 10
        :param int offset: How many to skip
        :param str status: Only "connected" or "stopped" ones
        :param str name: Only those whose name has this in it
        :param str ordering: A field to sort by, "-" before it for descending: "-created_at"
        """
        options = some({"limit": limit, "offset": offset, "status": status, "name": name, "ordering": ordering})
        data = self._connection.call("rtstream_list", options_json=options)
        return [_stream_of(self._connection, item, "list_rtstreams") for item in many(data, "results")]

    def iter_rtstreams(
        self, status: Optional[str] = None, name: Optional[str] = None, ordering: Optional[str] = None
    ) -> Iterator[RTStream]:
        """All streams, page by page. Parameters as of :meth:`list_rtstreams`."""
        for item in self._connection.each("rtstream_list", status=status, name=name, ordering=ordering):
            yield _stream_of(self._connection, item, "iter_rtstreams")

    # ---- Search

    def search(self, query: str, *, namespace: str = "rtstream", **options: Any) -> RTStreamSearchResult:
        """Records of all streams of the collection that match a question: :meth:`legacy_search` of the namespace "rtstream"."""
        return self.legacy_search(query, namespace=namespace, **options)

    def legacy_search(
        self,
        query: str,
        search_type: Optional[str] = None,
        index_type: Optional[str] = None,
        result_threshold: Optional[int] = None,
        score_threshold: Optional[float] = None,
        dynamic_score_percentage: Optional[float] = None,
        filter: Optional[List[Dict[str, Any]]] = None,
        sort_docs_on: Optional[str] = None,
        namespace: Optional[str] = "rtstream",
        scene_index_id: Optional[str] = None,
        index_id: Optional[str] = None,
        algorithm: Optional[str] = None,
        stitch: Optional[bool] = None,
        rerank: Optional[bool] = None,
        rerank_params: Optional[Dict[str, Any]] = None,
    ) -> RTStreamSearchResult:
        """Records of all streams of the collection that match a question.

        :param str query: What is looked for
        :param str index_id: This index only (`scene_index_id` means the same)
        :param int result_threshold: How many results at most
        :param float score_threshold: Only results of at least this score, 0 to 1
        :param float dynamic_score_percentage: How far below the best score a result may be, 0 to 100
        :param list filter: Objects, of which all keys must hold
        :param str index_type: "scene" or "spoken_word"
        :param str namespace: "rtstream"; other namespaces are no part of the real-time API
        :raises InvalidRequestError: For another namespace, and for what only searches of videos have: search_type, sort_docs_on,
            algorithm
        """
        if namespace != "rtstream":
            raise InvalidRequestError(f"namespace={namespace!r} is no part of the real-time API: only 'rtstream' is")
        elsewhere = [key for key, value in (("sort_docs_on", sort_docs_on), ("algorithm", algorithm)) if value is not None]
        if elsewhere:
            raise InvalidRequestError(f"{', '.join(elsewhere)}: only searches of videos have it, which are no part of the real-time API")
        options = {
            "query": query,
            "index_id": scene_index_id or index_id,
            "index_type": index_type,
            "result_threshold": result_threshold,
            "score_threshold": score_threshold,
            "dynamic_score_percentage": dynamic_score_percentage,
            "filter": filter,
            "stitch": stitch,
            "rerank": rerank,
            "rerank_params": rerank_params,
        }
        data = self._connection.call("collection_search", collection_id=self.id, options_json=some(options))
        return result_of(self._connection, data, self.id)

    # ---- Capture sessions

    def create_capture_session(
        self,
        end_user_id: str,
        callback_url: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> CaptureSession:
        """Creates a capture session in this collection: see :meth:`Connection.create_capture_session`."""
        return self._connection.create_capture_session(end_user_id, self.id, callback_url, ws_connection_id, metadata)

    def get_capture_session(self, session_id: str) -> CaptureSession:
        """A capture session of this collection, by its id."""
        return self._connection.get_capture_session(session_id, self.id)

    def list_capture_sessions(self, status: Optional[str] = None) -> List[CaptureSession]:
        """Capture sessions of this collection, the first page of them; only those of a status, if one is given."""
        return self._connection.list_capture_sessions(self.id, status)


def _stream_of(connection: "Connection", data: Any, operation: str) -> RTStream:
    return RTStream(connection, **one(data, operation, "id"))
