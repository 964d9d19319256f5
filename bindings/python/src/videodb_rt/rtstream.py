"""A stream: a camera that the service watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional

from ._answers import many, one, some
from ._constants import SceneExtractionType, Segmenter
from ._player import build_iframe_embed_code
from .scene_index import RTStreamSceneIndex, scene_index_of
from .search_result import RTStreamSearchResult, RTStreamShot, result_of
from .understanding import RTStreamIndex, RTStreamUnderstanding

if TYPE_CHECKING:
    from .client import Connection

__all__ = [
    "RTStream",
    "RTStreamExportResult",
    "RTStreamIndex",
    "RTStreamSceneIndex",
    "RTStreamSearchResult",
    "RTStreamShot",
    "RTStreamUnderstanding",
]


class RTStreamExportResult:
    """The recording of a stream as a video of its own.

    :ivar str video_id: Its id
    :ivar str stream_url: URL that plays it; None where there is only sound
    :ivar str player_url: URL of a page that plays it; None where there is only sound
    :ivar str name: Its name
    :ivar float duration: Seconds; None where it is not known
    """

    def __init__(
        self,
        video_id: str,
        stream_url: Optional[str] = None,
        player_url: Optional[str] = None,
        name: Optional[str] = None,
        duration: Optional[float] = None,
    ) -> None:
        self.video_id = video_id
        self.stream_url = stream_url
        self.player_url = player_url
        self.name = name
        self.duration = duration

    def __repr__(self) -> str:
        return f"RTStreamExportResult(video_id={self.video_id}, name={self.name}, duration={self.duration})"

    def get_embed_code(self, width: str = "100%", height: int = 405, title: str = "VideoDB Player", allow_fullscreen: bool = True) -> str:
        """An <iframe> on one line that plays it: see :func:`build_iframe_embed_code`.

        :raises ValueError: If there is no player URL
        """
        if not self.player_url:
            raise ValueError("player_url not available. Export may have failed or returned audio-only content.")
        return build_iframe_embed_code(self.player_url, width, height, title, allow_fullscreen)


class RTStream:
    """A stream. Made by :meth:`Collection.get_rtstream` and :meth:`Collection.connect_rtstream`.

    :ivar str id: Its id
    :ivar str name: Its name
    :ivar str collection_id: The collection it is in
    :ivar str created_at: When it was made, UTC
    :ivar int sample_rate: Frames a second
    :ivar str status: "connected" or "stopped"
    :ivar list media_types: What of it is taken
    :ivar bool store: Whether its recording is kept
    :ivar str channel_id: The channel of a capture session that it is
    :ivar str stream_url: What `generate_stream` gave last: URL of the stream (HLS)
    :ivar str player_url: What `generate_stream` gave last: URL of a page that plays it
    """

    def __init__(self, _connection: "Connection", id: str, **kwargs: Any) -> None:
        self._connection = _connection
        self.id = id
        self._update(kwargs)

    def _update(self, data: Mapping[str, Any]) -> None:
        self.name: Optional[str] = data.get("name")
        self.collection_id: Optional[str] = data.get("collection_id")
        self.created_at: Optional[str] = data.get("created_at")
        self.sample_rate: Optional[int] = data.get("sample_rate")
        self.status: Optional[str] = data.get("status")
        self.media_types: Optional[List[str]] = data.get("media_types")
        self.store: Optional[bool] = data.get("store")
        self.channel_id: Optional[str] = data.get("channel_id")
        self.stream_url: Optional[str] = data.get("stream_url")
        self.player_url: Optional[str] = data.get("player_url")

    def __repr__(self) -> str:
        names = ("id", "name", "collection_id", "created_at", "sample_rate", "status", "stream_url", "player_url")
        return "RTStream(" + ", ".join(f"{name}={getattr(self, name)}" for name in names) + ")"

    def _call(self, operation: str, **options: Any) -> Any:
        """A call with options; those that are None are left out."""
        return self._connection.call(operation, rtstream_id=self.id, options_json=some(options))

    # ---- The stream itself

    def start(self) -> None:
        """Resumes it, at the live edge."""
        self._connection.call("rtstream_start", rtstream_id=self.id)
        self.status = "connected"

    def stop(self) -> None:
        """Stops its ingest."""
        self._connection.call("rtstream_stop", rtstream_id=self.id)
        self.status = "stopped"

    def update(self, name: Optional[str] = None, sample_rate: Optional[int] = None) -> None:
        """Gives it another name, or another number of frames a second."""
        self._update(one(self._call("rtstream_update", name=name, sample_rate=sample_rate), "update", "id"))

    def export(self, name: Optional[str] = None) -> RTStreamExportResult:
        """Makes its recording a video of its own. It has to store, and to be stopped. Repeating it gives the same video.

        :param str name: Name of the video
        """
        data = one(self._call("rtstream_export", name=name), "export", "video_id")
        return RTStreamExportResult(
            data["video_id"], data.get("stream_url"), data.get("player_url"), data.get("name"), data.get("duration")
        )

    # ---- Playback

    def generate_stream(self, start: float, end: float, player_config: Optional[Mapping[str, Any]] = None) -> Optional[str]:
        """Asks for URLs that play a time range, and keeps them as `stream_url` and `player_url`.

        :param float start: Seconds since the Unix epoch
        :param float end: Seconds since the Unix epoch
        :param dict player_config: title, description and slug of the page
        :return: The page's URL, `player_url`
        """
        data = self._call("rtstream_generate_stream", start=start, end=end, player_config=player_config or None)
        answer = one(data, "generate_stream", "stream_url", "player_url")
        self.stream_url = answer.get("stream_url")
        self.player_url = answer.get("player_url")
        return self.player_url

    def get_embed_code(self, width: str = "100%", height: int = 405, title: str = "VideoDB Player", allow_fullscreen: bool = True) -> str:
        """An <iframe> on one line that plays what `generate_stream` was asked for: see :func:`build_iframe_embed_code`.

        :raises ValueError: If it was not asked for anything yet
        """
        if not self.player_url:
            raise ValueError("player_url not available. Call generate_stream(start, end) first to generate a stream.")
        return build_iframe_embed_code(self.player_url, width, height, title, allow_fullscreen)

    # ---- Scene indexes

    def index_visuals(
        self,
        prompt: Optional[str] = None,
        batch_config: Optional[Mapping[str, Any]] = None,
        model_name: Optional[str] = None,
        model_config: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        sandbox_id: Optional[str] = None,
    ) -> RTStreamSceneIndex:
        """Describes the pictures.

        :param str prompt: What to describe
        :param dict batch_config: {"type": "time", "value": seconds, "frame_count": pictures looked at in each window}
        :param str model_name: Name of the model
        :param dict model_config: Settings of the model
        :param str name: Name of the index
        :param str ws_connection_id: Id of the event channel that gets its `scene_index` events
        :param str sandbox_id: Where it is computed, if not at the service
        """
        batch = {"type": "time", **batch_config} if batch_config is not None else None
        return self._index("rtstream_index_visuals", locals(), batch_config=batch)

    def index_audio(
        self,
        prompt: Optional[str] = None,
        batch_config: Optional[Mapping[str, Any]] = None,
        model_name: Optional[str] = None,
        model_config: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        sandbox_id: Optional[str] = None,
        auto_start_transcript: Optional[bool] = None,
    ) -> RTStreamSceneIndex:
        """Describes speech. It works on the transcript, which has to run.

        :param str prompt: What to describe
        :param dict batch_config: {"type": "word" or "sentence", "value": how many} or {"type": "time", "value": seconds}
        :param str ws_connection_id: Id of the event channel that gets its `audio_index` events
        :param bool auto_start_transcript: Asks the service to start the transcript

        The other parameters are those of :meth:`index_visuals`.
        """
        return self._index("rtstream_index_audio", locals(), batch_config=batch_config)

    def index_spoken_words(
        self,
        prompt: Optional[str] = None,
        segmenter: str = Segmenter.word,
        length: int = 10,
        model_name: Optional[str] = None,
        model_config: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        sandbox_id: Optional[str] = None,
    ) -> RTStreamSceneIndex:
        """The same as :meth:`index_audio`.

        :param str segmenter: One of :class:`Segmenter`
        :param int length: How many words or sentences, or seconds
        """
        return self._index("rtstream_index_spoken_words", locals(), batch_config={"type": segmenter, "value": length})

    def index_scenes(
        self,
        extraction_type: str = SceneExtractionType.time_based,
        extraction_config: Optional[Mapping[str, Any]] = None,
        prompt: str = "Describe the scene",
        model_name: Optional[str] = None,
        model_config: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        ws_connection_id: Optional[str] = None,
        sandbox_id: Optional[str] = None,
    ) -> RTStreamSceneIndex:
        """Makes a scene index in the terms of the service.

        :param str extraction_type: One of :class:`SceneExtractionType`
        :param dict extraction_config: How the stream is cut; {"time": 2, "frame_count": 5}

        The other parameters are those of :meth:`index_visuals`.
        """
        given = locals()
        config = extraction_config if extraction_config is not None else {"time": 2, "frame_count": 5}
        return self._index("rtstream_index_scenes", given, extraction_type=extraction_type, extraction_config=config)

    def _index(self, operation: str, given: Mapping[str, Any], **options: Any) -> RTStreamSceneIndex:
        """given: the arguments of the method, of which those that all of them have are taken. Empty texts count as none."""
        for key in ("prompt", "model_name", "name", "ws_connection_id", "sandbox_id"):
            options[key] = given[key] or None
        options["model_config"] = given["model_config"]
        options["auto_start_transcript"] = given.get("auto_start_transcript")
        return scene_index_of(self._connection, self._call(operation, **options), self.id, operation)

    def list_scene_indexes(self) -> List[RTStreamSceneIndex]:
        """Its scene indexes, those of speech too."""
        data = self._connection.call("scene_index_list", rtstream_id=self.id)
        return [scene_index_of(self._connection, item, self.id, "list_scene_indexes") for item in many(data, "scene_indexes")]

    def get_scene_index(self, index_id: str) -> RTStreamSceneIndex:
        """A scene index of the stream, by its id."""
        data = self._connection.call("scene_index_get", rtstream_id=self.id, index_id=index_id)
        return scene_index_of(self._connection, data, self.id, "get_scene_index")

    # ---- Transcription

    def start_transcript(self, ws_connection_id: Optional[str] = None, engine: Optional[str] = None) -> Any:
        """Starts its transcript.

        :param str ws_connection_id: Id of the event channel that gets its `transcript` events
        :param str engine: What transcribes; else the service decides
        :return: {status, engine}
        """
        return self._call("rtstream_start_transcript", ws_connection_id=ws_connection_id or None, engine=engine or None)

    def stop_transcript(self, engine: Optional[str] = None, mode: Optional[str] = None) -> Any:
        """Stops its transcript.

        :param str engine: What transcribes
        :param str mode: "graceful" finishes what was said, "force" drops it
        :return: {status, engine}
        """
        return self._call("rtstream_stop_transcript", engine=engine or None, mode=mode or None)

    def get_transcript(
        self,
        page: int = 1,
        page_size: int = 100,
        start: Optional[float] = None,
        end: Optional[float] = None,
        since: Optional[float] = None,
        engine: Optional[str] = None,
    ) -> Any:
        """A page of its transcript.

        :param int page: Number of the page, from 1
        :param int page_size: Records on a page, up to 1000
        :param float start: Only what is after this, in seconds since the Unix epoch
        :param float end: Only what is before this
        :param float since: Only what is newer than this
        :param str engine: What transcribed
        :return: {transcription_records: [{start, end, text, word_timestamps}], next_page, total_count}
        """
        return self._call("rtstream_get_transcript", page=page, page_size=page_size, start=start, end=end, since=since, engine=engine)

    def iter_transcript(
        self, start: Optional[float] = None, end: Optional[float] = None, since: Optional[float] = None
    ) -> Iterator[Dict[str, Any]]:
        """All of its transcript, page by page."""
        return self._connection.each("rtstream_get_transcript", rtstream_id=self.id, start=start, end=end, since=since)

    def transcript_status(self, engine: Optional[str] = None) -> Any:
        """How its transcript is: {status: "running", "stopped" or "not_configured", engine, language}."""
        return self._call("rtstream_transcript_status", engine=engine)

    # ---- Search

    def search(
        self,
        query: str,
        index_id: Optional[str] = None,
        result_threshold: Optional[int] = None,
        score_threshold: Optional[float] = None,
        dynamic_score_percentage: Optional[float] = None,
        filter: Optional[List[Dict[str, Any]]] = None,
    ) -> RTStreamSearchResult:
        """Records of the stream that match a question.

        :param str query: What is looked for
        :param str index_id: This index only
        :param int result_threshold: How many results at most; the service's default is 10
        :param float score_threshold: Only results of at least this score, 0 to 1
        :param float dynamic_score_percentage: How far below the best score a result may be, 0 to 100
        :param list filter: Objects, of which all keys must hold
        """
        data = self._call(
            "rtstream_search",
            query=query,
            index_id=index_id,
            result_threshold=result_threshold,
            score_threshold=score_threshold,
            dynamic_score_percentage=dynamic_score_percentage,
            filter=filter,
        )
        return result_of(self._connection, data, self.collection_id, self.id, self.name)

    # ---- Understanding jobs, and indexes over what they store

    def understand(
        self,
        segmentation: Optional[Mapping[str, Any]] = None,
        analyzers: Optional[List[Dict[str, Any]]] = None,
        store: bool = True,
        ws_connection_id: Optional[str] = None,
    ) -> RTStreamUnderstanding:
        """Starts a continuous job that describes windows of the stream.

        :param dict segmentation: {"type": "time", "window": "10s"}
        :param list analyzers: Exactly one: [{"type": "vlm", "name": "scene", "sampling": {"frame_count": 5}, "config": {"prompt": "...",
            "model": "..."}}]
        :param bool store: Whether its records are kept
        :param str ws_connection_id: Id of an event channel
        """
        options = {"segmentation": segmentation, "analyzers": analyzers, "store": store, "ws_connection_id": ws_connection_id or None}
        return self._understanding_of(self._call("understanding_create", **options), "understand")

    def get_understanding(self, understanding_id: str) -> RTStreamUnderstanding:
        """An understanding job of the stream, by its id."""
        if not understanding_id:
            raise ValueError("understanding_id is required")
        data = self._connection.call("understanding_get", rtstream_id=self.id, understanding_id=understanding_id)
        return self._understanding_of(data, "get_understanding")

    def list_understanding(self) -> List[RTStreamUnderstanding]:
        """Its understanding jobs."""
        data = self._connection.call("understanding_list", rtstream_id=self.id)
        return [self._understanding_of(item, "list_understanding") for item in many(data, "understandings")]

    def _understanding_of(self, data: Any, operation: str) -> RTStreamUnderstanding:
        return RTStreamUnderstanding(self._connection, **{"rtstream_id": self.id, **one(data, operation, "understanding_id", "id")})

    def index(self, source: Mapping[str, Any], name: Optional[str] = None, use_for: Optional[List[str]] = None) -> RTStreamIndex:
        """Makes what an understanding job stores searchable.

        :param dict source: One of the job's `outputs`
        :param str name: Name of the index
        :param list use_for: What it is for; ["semantic"]
        """
        return self._index_of(self._call("index_create", source=source, name=name, use_for=use_for), "index")

    def get_index(self, index_id: str) -> RTStreamIndex:
        """An index over what an understanding job of the stream stores, by its id."""
        if not index_id:
            raise ValueError("index_id is required")
        return self._index_of(self._connection.call("index_get", rtstream_id=self.id, index_id=index_id), "get_index")

    def list_indexes(self) -> List[RTStreamIndex]:
        """Its indexes over what understanding jobs store."""
        data = self._connection.call("index_list", rtstream_id=self.id)
        return [self._index_of(item, "list_indexes") for item in many(data, "indexes")]

    def _index_of(self, data: Any, operation: str) -> RTStreamIndex:
        return RTStreamIndex(self._connection, **{"rtstream_id": self.id, **one(data, operation, "index_id", "id")})
