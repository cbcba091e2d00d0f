"""Twilio's webhooks about calls: forms with blank fields, signed over the address; and sounds to record."""

import base64
import hashlib
import hmac
import io
import math
import struct
import wave
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from urllib.parse import urlencode

from medicalcor.core import ids

API = "2010-04-01"
CLINIC = "+40310000001"
ANY_ACCOUNT = "AC" + "0" * 31 + "1"
SIMULATED = "RE5a5a"
"""Recordings of this kind exist at the twin without having been made there."""
MEDIA_TYPES = {"wav": b"audio/x-wav", "mp3": b"audio/mpeg"}
Form = list[tuple[str, str]]


def new_sid(prefix: str) -> str:
    return prefix + ids.random_bytes(16).hex()


def recording_sid() -> str:
    return SIMULATED + ids.random_bytes(14).hex()


@dataclass(frozen=True)
class Line:
    """A call as all of its webhooks name it."""

    caller: str
    """E.164, or what Twilio says instead: `anonymous`, `sip:…`, `client:…`."""
    call_sid: str
    account_sid: str = ANY_ACCOUNT
    called: str = CLINIC
    direction: str = "inbound"

    def fields(self, status: str) -> Form:
        return [
            ("AccountSid", self.account_sid),
            ("ApiVersion", API),
            ("CallSid", self.call_sid),
            ("CallStatus", status),
            ("Direction", self.direction),
            ("From", self.caller),
            ("Caller", self.caller),
            ("To", self.called),
            ("Called", self.called),
        ]


def inbound(line: Line) -> Form:
    """Outside America the places are blank, and blank fields are signed too."""
    fields = line.fields("ringing")
    for end in ("From", "To", "Caller", "Called"):
        known = line.caller.startswith("+") or end in ("To", "Called")
        fields += [(f"{end}{place}", "") for place in ("City", "State", "Zip")]
        fields.append((f"{end}Country", "RO" if known else ""))
    return fields


def status(line: Line, *, status: str, at: datetime, sequence: int = 0, seconds: int = 0) -> Form:
    fields = line.fields(status)
    if status == "completed":
        fields += [("CallDuration", str(seconds)), ("Duration", str(math.ceil(seconds / 60)))]
    fields += [
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(sequence)),
        ("Timestamp", rfc2822(at)),
    ]
    return fields


def recorded(line: Line, *, sid: str, at: datetime, seconds: int, voicemail: bool = False) -> Form:
    place = f"https://api.twilio.com/{API}/Accounts/{line.account_sid}/Recordings/{sid}"
    return [
        ("AccountSid", line.account_sid),
        ("CallSid", line.call_sid),
        ("RecordingSid", sid),
        ("RecordingUrl", place),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", str(seconds)),
        ("RecordingChannels", "1" if voicemail else "2"),
        ("RecordingSource", "RecordVerb" if voicemail else "DialVerb"),
        ("RecordingStartTime", rfc2822(at)),
        ("RecordingTrack", "both"),
        ("ErrorCode", "0"),
    ]


def dialled(line: Line, *, outcome: str) -> Form:
    """What became of the leg that the call was handed to."""
    return [*line.fields("in-progress"), ("DialCallSid", new_sid("CA")), ("DialCallStatus", outcome)]


def rfc2822(at: datetime) -> str:
    return format_datetime(at).replace("GMT", "+0000")


def headers(url: str, *, form: Form, token: str | None) -> dict[str, str]:
    """Of a webhook; unsigned when no token is known."""
    plain = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "I-Twilio-Idempotency-Token": ids.token(12),
    }
    return {**plain, "X-Twilio-Signature": signature(url, form=form, token=token)} if token else plain


def signature(url: str, *, form: Form, token: str) -> str:
    """The address, then each field by name with each of its distinct values."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def body_of(form: Form) -> bytes:
    return urlencode(form).encode()


@cache
def sound(form: str) -> bytes:
    """Half a second: a tone for the caller on the left, silence on the right; as MP3 silence alone."""
    if form == "mp3":
        # MPEG-1 layer III, 32 kbit/s, 44.1 kHz, one channel: frames of 104 bytes without content
        return (b"\xff\xfb\x10\xc4" + bytes(100)) * 20
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        tone = (int(8000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(4000))
        file.writeframes(b"".join(struct.pack("<hh", level, 0) for level in tone))
    return made.getvalue()
