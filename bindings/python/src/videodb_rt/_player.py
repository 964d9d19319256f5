"""Playing and embedding."""

from __future__ import annotations

import importlib
import json
import webbrowser
from typing import Any

from ._calls import helper


def play_stream(url: str) -> Any:
    """Opens a stream in the default browser.

    :param str url: The URL of a stream (HLS)
    :return: The URL of the page that plays it. In a notebook without a browser: an IFrame of it
    """
    player = helper("play_url", url)
    if not webbrowser.open(player):
        try:
            display: Any = importlib.import_module("IPython.display")
        except ImportError:
            return player
        return display.IFrame(player, 800, 400)
    return player


def player_url_to_embed_url(player_url: str) -> str:
    """The URL to embed for a player URL: ".../watch?v=x" gives ".../embed?v=x", and so does ".../player?v=x".

    :raises ValueError: If the URL has another form
    """
    return helper("embed_url", player_url)


def build_iframe_embed_code(
    player_url: str,
    width: str = "100%",
    height: int = 405,
    title: str = "VideoDB Player",
    allow_fullscreen: bool = True,
) -> str:
    """An <iframe> on one line that plays what a player URL plays. Values are escaped.

    :param str player_url: The player URL
    :param str width: Width of the iframe
    :param int height: Height of the iframe in pixels
    :param str title: Title of the iframe
    :param bool allow_fullscreen: Whether it may fill the screen
    :raises ValueError: If the URL is empty or of another form, or the height is not positive
    """
    options = {"width": str(width), "height": height, "title": title, "allow_fullscreen": allow_fullscreen}
    return helper("embed_code", player_url, json.dumps(options))
