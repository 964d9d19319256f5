"""Constants of the official SDK that its real-time methods take."""

from enum import Enum

VIDEO_DB_API: str = "https://api.videodb.io"


class MediaType(str, Enum):
    """What of a stream is taken."""

    video = "video"
    audio = "audio"
    image = "image"


class RTStreamChannelType:
    """Categories of the streams of a capture session."""

    mic = "mic"
    screen = "screen"
    system_audio = "system_audio"


class SearchType:
    """Kinds of a search."""

    semantic = "semantic"
    keyword = "keyword"


class IndexType:
    """Kinds of an index."""

    spoken_word = "spoken_word"
    scene = "scene"


class SceneExtractionType:
    """How a stream is cut into scenes."""

    shot_based = "shot"
    time_based = "time"
    transcript = "transcript"


class Segmenter:
    """How a transcript is cut into segments."""

    time = "time"
    word = "word"
    sentence = "sentence"
