"""Which recordings can be written down. OpenAI judges a file by its name, not by its bytes."""

from pathlib import PurePosixPath

from medicalcor.core.errors import ProviderRejected
from medicalcor.integrations.openai.mapping import PROVIDER

LARGEST = 25 * 1024 * 1024
"""Bytes."""
_TAKEN = frozenset({"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"})
_SAME = {"opus": "ogg", "oga": "ogg", "ogx": "ogg", "wave": "wav"}
"""Endings that are refused although the bytes are fine: WhatsApp's voice notes are Ogg with Opus in it."""


def audio_name(filename: str, *, size: int) -> str:
    """A name that says the format and nothing about anybody. Raises ProviderRejected for what would be refused."""
    ending = PurePosixPath(filename).suffix.removeprefix(".").lower()
    ending = _SAME.get(ending, ending)
    if ending not in _TAKEN:
        raise ProviderRejected(
            "Recordings of this kind cannot be written down: convert it to ogg, m4a, mp3 or wav.",
            provider=PROVIDER,
            reason="ai_unsupported_audio",
        )
    if size > LARGEST:
        raise ProviderRejected(
            "The recording is longer than the AI takes (25 MB): split it, or listen to it.",
            provider=PROVIDER,
            reason="ai_too_large",
        )
    return f"recording.{ending}"
