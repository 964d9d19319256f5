"""What a search found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from ._answers import many, one
from ._player import build_iframe_embed_code, play_stream

if TYPE_CHECKING:
    from .client import Connection


class RTStreamShot:
    """A part of a stream that a search found.

    :ivar str rtstream_id: The stream
    :ivar str rtstream_name: Its name
    :ivar float start: When it begins, in seconds since the Unix epoch
    :ivar float end: When it ends
    :ivar str text: What was said or seen
    :ivar float search_score: How well it matches, 0 to 1
    :ivar str scene_index_id: The index that has it
    :ivar str scene_index_name: Its name
    :ivar dict metadata: What else is known
    """

    def __init__(
        self,
        _connection: "Connection",
        rtstream_id: str,
        start: float,
        end: float,
        rtstream_name: Optional[str] = None,
        text: Optional[str] = None,
        search_score: Optional[float] = None,
        scene_index_id: Optional[str] = None,
        scene_index_name: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> None:
        self._connection = _connection
        self.rtstream_id = rtstream_id
        self.rtstream_name = rtstream_name
        self.start = start
        self.end = end
        self.text = text
        self.search_score = search_score
        self.scene_index_id = scene_index_id
        self.scene_index_name = scene_index_name
        self.metadata = metadata
        self._stream_url: Optional[str] = None
        self._player_url: Optional[str] = None

    def __repr__(self) -> str:
        names = ("rtstream_id", "rtstream_name", "start", "end", "text", "search_score")
        given = [name for name in ("scene_index_id", "scene_index_name", "metadata") if getattr(self, name)]
        return "RTStreamShot(" + ", ".join(f"{name}={getattr(self, name)}" for name in (*names, *given)) + ")"

    @property
    def stream_url(self) -> Optional[str]:
        """URL that plays it (HLS). The service is asked for it when it is read for the first time."""
        return self.generate_stream()

    @property
    def player_url(self) -> Optional[str]:
        """URL of a page that plays it. The service is asked for it when it is read for the first time."""
        self.generate_stream()
        return self._player_url

    def generate_stream(self) -> Optional[str]:
        """Asks for URLs that play it, widened to whole seconds, once.

        :return: The stream's URL
        """
        if not self._stream_url:
            options = {"start": self.start, "end": self.end}
            data = self._connection.call("shot_generate_stream", rtstream_id=self.rtstream_id, options_json=options)
            answer = one(data, "generate_stream", "stream_url", "player_url")
            self._stream_url = answer.get("stream_url")
            self._player_url = answer.get("player_url")
        return self._stream_url

    def play(self) -> Any:
        """Opens it in the default browser.

        :return: The URL of the page that plays it
        """
        return play_stream(str(self.generate_stream()))

    def get_embed_code(
        self,
        width: str = "100%",
        height: int = 405,
        title: str = "VideoDB Player",
        allow_fullscreen: bool = True,
        auto_generate: bool = True,
    ) -> str:
        """An <iframe> on one line that plays it: see :func:`build_iframe_embed_code`.

        :param bool auto_generate: Whether the service is asked for its URLs, if it was not yet
        :raises ValueError: If there is no player URL
        """
        if not self._player_url and auto_generate:
            self.generate_stream()
        if not self._player_url:
            raise ValueError("player_url not available. Call generate_stream() first or set auto_generate=True.")
        return build_iframe_embed_code(self._player_url, width, height, title, allow_fullscreen)


class RTStreamSearchResult:
    """What a search found.

    :ivar str collection_id: The collection of what was searched
    :ivar list shots: Its :class:`RTStreamShot` objects, the best first
    """

    def __init__(self, collection_id: Optional[str], shots: List[RTStreamShot]) -> None:
        self.collection_id = collection_id
        self.shots = shots

    def __repr__(self) -> str:
        return f"RTStreamSearchResult(collection_id={self.collection_id}, shots={len(self.shots)})"

    def get_shots(self) -> List[RTStreamShot]:
        """The shots."""
        return self.shots


def result_of(
    connection: "Connection",
    data: Any,
    collection_id: Optional[str],
    rtstream_id: Optional[str] = None,
    rtstream_name: Optional[str] = None,
) -> RTStreamSearchResult:
    """What the service's answer to a search holds. rtstream_id: the stream, where one was searched."""
    shots = [
        RTStreamShot(
            connection,
            rtstream_id=str(rtstream_id or item.get("rtstream_id") or item.get("id")),
            rtstream_name=rtstream_name or item.get("rtstream_name"),
            start=item.get("start") or 0,
            end=item.get("end") or 0,
            text=item.get("text"),
            search_score=item.get("score"),
            scene_index_id=item.get("scene_index_id"),
            scene_index_name=item.get("scene_index_name"),
            metadata=item.get("metadata"),
        )
        for item in many(data, "results")
    ]
    return RTStreamSearchResult(collection_id, shots)
