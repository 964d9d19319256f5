"""Understanding jobs, and the indexes over what they store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

from ._answers import one, some
from .scene_index import Alerts

if TYPE_CHECKING:
    from .client import Connection


class RTStreamUnderstanding:
    """A continuous job that describes windows of a stream. Made by :meth:`RTStream.understand`.

    :ivar str id: Its id
    :ivar str rtstream_id: The stream it is of
    :ivar str status: "running", "stopped" or "failed"
    :ivar bool store: Whether its records are kept
    :ivar dict segmentation: How the stream is cut
    :ivar list analyzers: What looks at each window
    :ivar dict outputs: What :meth:`RTStream.index` takes as a source, by name: outputs["scene"]
    """

    def __init__(
        self,
        _connection: "Connection",
        understanding_id: Optional[str] = None,
        rtstream_id: Optional[str] = None,
        id: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        self._connection = _connection
        self.id = str(understanding_id or id)
        self.rtstream_id = str(rtstream_id)
        self._update(kwargs)

    def _update(self, data: Dict[str, Any]) -> None:
        self.status: Optional[str] = data.get("status")
        self.store: bool = data.get("store", True)
        self.segmentation: Dict[str, Any] = data.get("segmentation") or {}
        self.analyzers: List[Dict[str, Any]] = data.get("analyzers") or []
        self.outputs: Dict[str, Any] = data.get("outputs") or {}

    def __repr__(self) -> str:
        return (
            f"RTStreamUnderstanding(id={self.id}, rtstream_id={self.rtstream_id}, status={self.status}, store={self.store}, "
            f"analyzers={len(self.analyzers)})"
        )

    def _call(self, operation: str, **arguments: Any) -> Any:
        return self._connection.call(operation, rtstream_id=self.rtstream_id, understanding_id=self.id, **arguments)

    def refresh(self) -> "RTStreamUnderstanding":
        """Asks the service how it is."""
        self._update(one(self._call("understanding_get"), "refresh", "understanding_id", "id"))
        return self

    def start(self) -> None:
        """Resumes it."""
        self._call("understanding_start")
        self.status = "running"

    def stop(self) -> None:
        """Stops it. Its records stay."""
        self._call("understanding_stop")
        self.status = "stopped"

    def get_records(self, start: float, end: float, output: str = "scene", page: int = 1, page_size: int = 100) -> Any:
        """A page of its records.

        :param float start: Seconds since the Unix epoch
        :param float end: Seconds since the Unix epoch
        :param str output: Name of the analyzer
        :param int page: Number of the page, from 1
        :param int page_size: Records on a page
        :return: {records: [...], next_page: whether there are more}
        """
        options = some({"start": start, "end": end, "output": output, "page": page, "page_size": page_size})
        return self._call("understanding_get_records", options_json=options)

    def iter_records(self, start: float, end: float, output: str = "scene") -> Iterator[Dict[str, Any]]:
        """All its records between two times, page by page."""
        return self._connection.each(
            "understanding_get_records",
            rtstream_id=self.rtstream_id,
            understanding_id=self.id,
            start=start,
            end=end,
            output=output,
        )


class RTStreamIndex(Alerts):
    """A searchable index over what an understanding job stores. Made by :meth:`RTStream.index`.

    :ivar str id: Its id
    :ivar str rtstream_id: The stream it is of
    :ivar str name: Its name
    :ivar str status: "running", "stopped" or "failed"
    :ivar list use_for: What it is for: ["semantic"]
    :ivar str source_understanding_id: The job it is of
    :ivar str output: Name of the job's output
    """

    _alerts = "index_alert"

    def __init__(
        self,
        _connection: "Connection",
        index_id: Optional[str] = None,
        rtstream_id: Optional[str] = None,
        id: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        self._connection = _connection
        self.id = str(index_id or id)
        self.rtstream_id = str(rtstream_id)
        self._update(kwargs)

    def _update(self, data: Dict[str, Any]) -> None:
        self.name: Optional[str] = data.get("name")
        self.status: Optional[str] = data.get("status")
        self.use_for: List[str] = data.get("use_for") or ["semantic"]
        self.source_understanding_id: Optional[str] = data.get("source_understanding_id")
        self.output: str = data.get("output") or "scene"

    def __repr__(self) -> str:
        return (
            f"RTStreamIndex(id={self.id}, rtstream_id={self.rtstream_id}, status={self.status}, use_for={self.use_for}, "
            f"source_understanding_id={self.source_understanding_id})"
        )

    def _index_id(self) -> str:
        return self.id

    def _own(self, operation: str, **arguments: Any) -> Any:
        return self._connection.call(operation, rtstream_id=self.rtstream_id, index_id=self.id, **arguments)

    def refresh(self) -> "RTStreamIndex":
        """Asks the service how it is."""
        self._update(one(self._own("index_get"), "refresh", "index_id", "id"))
        return self

    def start(self) -> None:
        """Resumes it."""
        self._own("index_start")
        self.status = "running"

    def stop(self) -> None:
        """Stops it. What it has stays searchable."""
        self._own("index_stop")
        self.status = "stopped"

    def get_records(self, start: Optional[float] = None, end: Optional[float] = None, page: int = 1, page_size: int = 100) -> Any:
        """A page of its records: {records: [...], next_page: whether there are more}. Times in seconds since the Unix epoch."""
        options = some({"start": start, "end": end, "page": page, "page_size": page_size})
        return self._own("index_get_records", options_json=options)

    def iter_records(self, start: Optional[float] = None, end: Optional[float] = None) -> Iterator[Dict[str, Any]]:
        """All its records, page by page."""
        return self._connection.each("index_get_records", rtstream_id=self.rtstream_id, index_id=self.id, start=start, end=end)
