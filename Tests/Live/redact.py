"""Takes out of a text what nobody else may read: the key, the camera's address, client tokens, and of every URL its user and query."""

import re
import urllib.parse

URL = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>\\]+")
TOKEN = re.compile(r"\b(s[kt]-)[A-Za-z0-9_.=-]+")


def _without_secrets(match):
    parts = urllib.parse.urlsplit(match.group())
    host = parts.netloc.rpartition("@")
    netloc = f"***@{host[2]}" if host[1] else parts.netloc
    return urllib.parse.urlunsplit((parts.scheme, netloc, parts.path, "***" if parts.query else "", "***" if parts.fragment else ""))


class Redactor:
    def __init__(self, **secrets):
        """Name: what stands in its place."""
        self.secrets = {text: name for name, text in secrets.items() if text}

    def __call__(self, text):
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, f"<{self.secrets[secret]}>")
        return TOKEN.sub(r"\1***", URL.sub(_without_secrets, text))
