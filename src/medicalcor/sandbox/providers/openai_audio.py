"""OpenAI's transcription of recordings: takes the file in, and answers what it was told to have heard."""

import re
from collections import deque
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

FORMATS = frozenset({"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"})
LARGEST = 25 * 1024 * 1024
USUAL = "Bună ziua, aș vrea o programare pentru un implant, cât mai repede."
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(r'\bname="([^"]*)"')
_FILENAME = re.compile(r'\bfilename="([^"]*)"')


@dataclass(frozen=True)
class Part:
    content: bytes
    filename: str | None


class AudioRefused(Exception):
    """A recording that OpenAI would not take."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.param = param


class Ear:
    """Hears what was ordered, in order, and the usual afterwards."""

    def __init__(self) -> None:
        self._ordered: deque[str] = deque()

    def order(self, transcript: str) -> None:
        self._ordered.append(transcript)

    def clear(self) -> None:
        self._ordered.clear()

    def transcription(self, body: bytes, *, content_type: str) -> dict[str, Any]:
        """Raises AudioRefused."""
        form = parts(body, content_type=content_type)
        if "model" not in form or not form["model"].content:
            raise AudioRefused("you must provide a model parameter")
        file = form.get("file")
        if file is None or file.filename is None:
            raise AudioRefused("Missing required parameter: 'file'.", param="file")
        kind = PurePosixPath(file.filename).suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise AudioRefused(f"Unsupported file format {kind}", param="file")
        if len(file.content) > LARGEST:
            raise AudioRefused(f"Maximum content size limit ({LARGEST}) exceeded", status=413)
        if not file.content:
            raise AudioRefused("Audio file might be corrupted or unsupported", param="file")
        text = self._ordered.popleft() if self._ordered else USUAL
        asked, told = max(len(file.content) // 1000, 1), len(text) // 4
        spent = {"input_tokens": asked, "output_tokens": told, "total_tokens": asked + told}
        return {"text": text, "usage": {"type": "tokens", **spent}}


def parts(body: bytes, *, content_type: str) -> dict[str, Part]:
    """The fields of a `multipart/form-data` body, by name."""
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/form-data") or found is None:
        raise AudioRefused("Content-Type must be multipart/form-data")
    fields: dict[str, Part] = {}
    for piece in body.split(b"--" + found[1].encode()):
        head, _, content = piece.partition(b"\r\n\r\n")
        about = head.decode("utf-8", "replace")
        name, filename = _NAME.search(about), _FILENAME.search(about)
        if name is not None:
            fields[name[1]] = Part(content.removesuffix(b"\r\n"), filename[1] if filename else None)
    return fields
