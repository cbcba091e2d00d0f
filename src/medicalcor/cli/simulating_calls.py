"""What Twilio posts about one call, for `medicalcor simulate call`."""

from typing import Literal

from medicalcor.core import clock
from medicalcor.sandbox.providers import twilio_payloads as payloads

_VOICE, _TOLD = "/webhooks/voice", "/webhooks/voice/status"


def course(
    line: payloads.Line,
    *,
    status: str | None,
    dial: str | None,
    recorded: Literal["call", "voicemail"] | None,
    seconds: int,
    alone: bool,
) -> list[tuple[str, payloads.Form]]:
    """Paths and forms, in order. `alone`: nothing was told of this call before.

    Nothing in the news of a recording says who called, so that of a voicemail alone comes with the whole call.
    """
    now = clock.now()
    ended = payloads.status(line, status=status or "completed", at=now, sequence=3, seconds=seconds)
    if recorded is not None:
        sid, voicemail = payloads.recording_sid(), recorded == "voicemail"
        there = payloads.recorded(line, sid=sid, at=now, seconds=seconds, voicemail=voicemail)
        if voicemail and alone:
            return [(_VOICE, payloads.inbound(line)), (_TOLD, there), (_TOLD, ended)]
        return [(_TOLD, there)]
    if status:
        return [(_TOLD, ended)]
    return [(_VOICE, payloads.dialled(line, outcome=dial) if dial else payloads.inbound(line))]
