"""What Twilio is to do with a call, as TwiML. Answered with `CONTENT_TYPE`; texts are spoken to the caller."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from medicalcor.core.errors import InvalidInput
from medicalcor.schemas.common import Language

CONTENT_TYPE: Final = "application/xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_VOICES: Final[Mapping[Language, tuple[str, str | None]]] = {
    "ro": ("ro-RO", "Polly.Carmen"),
    "en": ("en-GB", "Polly.Amy"),
    "de": ("de-DE", "Polly.Vicki"),
    "it": ("it-IT", "Polly.Carla"),
    "fr": ("fr-FR", "Polly.Lea"),
    "es": ("es-ES", "Polly.Lucia"),
    "hu": ("hu-HU", None),
}
"""Twilio's basic voice cannot speak Romanian. For Hungarian Polly has none: the account's default voice speaks."""
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")


def hand_over(
    sip_uri: str,
    *,
    notice: str,
    language: Language,
    after_url: str,
    recording_url: str | None,
    headers: Mapping[str, str] | None = None,
    ring_seconds: int = 15,
) -> str:
    """Speak `notice`, then connect the caller with a SIP address, which is how Vapi takes a call that is ours.

    `after_url` is asked for TwiML when that leg ends or is not answered. With `recording_url` both sides are recorded
    on a channel each, and it is told when the recording is there; the notice is spoken before. `headers` (`X-…`) reach
    the agent: ids, nothing personal.
    """
    response = Element("Response")
    _say(response, notice, language=language)
    # no answerOnBridge: the notice has answered the call already
    dial = SubElement(response, "Dial", action=after_url, method="POST", timeout=str(ring_seconds))
    if recording_url:
        dial.set("record", "record-from-answer-dual")
        _tell_of_recording(dial, recording_url)
    SubElement(dial, "Sip").text = _sip(sip_uri, headers or {})
    return _text(response)


def voicemail(
    prompt: str,
    *,
    language: Language,
    after_url: str,
    recording_url: str,
    longest_seconds: int = 180,
) -> str:
    """Ask for a message and record it. `after_url` is asked for TwiML when the caller has spoken."""
    response = Element("Response")
    _say(response, prompt, language=language)
    record = SubElement(response, "Record", action=after_url, method="POST", maxLength=str(longest_seconds))
    record.set("timeout", "8")
    record.set("finishOnKey", "#")
    _tell_of_recording(record, recording_url)
    # reached only when nothing was said
    SubElement(response, "Hangup")
    return _text(response)


def hang_up(words: str | None = None, *, language: Language = "ro") -> str:
    """End the call, with a last word if there is one."""
    response = Element("Response")
    if words:
        _say(response, words, language=language)
    SubElement(response, "Hangup")
    return _text(response)


def _say(parent: Element, words: str, *, language: Language) -> None:
    locale, voice = _VOICES[language]
    say = SubElement(parent, "Say", language=locale)
    if voice:
        say.set("voice", voice)
    say.text = _writable(words)


def _tell_of_recording(verb: Element, url: str) -> None:
    verb.set("recordingStatusCallback", url)
    verb.set("recordingStatusCallbackMethod", "POST")
    verb.set("recordingStatusCallbackEvent", "completed absent")


def _sip(uri: str, headers: Mapping[str, str]) -> str:
    if not uri.startswith(("sip:", "sips:")) or any(not name.startswith("X-") for name in headers):
        raise InvalidInput(
            "A call is handed over to an address that begins with sip:, with headers named X-…."
        )
    added = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in headers.items())
    return f"{uri}{'&' if '?' in uri else '?'}{added}" if added else uri


def _writable(words: str) -> str:
    """Without what XML cannot carry at all, such as control characters."""
    return _UNWRITABLE.sub("", words)


def _text(response: Element) -> str:
    return _DECLARATION + tostring(response, encoding="unicode")
