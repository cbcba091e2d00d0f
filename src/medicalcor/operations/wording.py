"""The same words, in the form that a line of conversation carries."""

from dataclasses import dataclass
from typing import Literal

from medicalcor.schemas.common import Channel, Language
from medicalcor.schemas.effects import EmailMessage, WhatsAppTemplate, WhatsAppText

Writer = Literal["ai", "phrases", "staff"]


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation's channel, what its address is, and the patient's language."""

    channel: Channel
    reply_kind: str
    language: Language


def text(line: Line, body: str, *, written_by: Writer) -> WhatsAppText | EmailMessage:
    """Free words. A mail takes its subject and thread from what it answers, when it is sent."""
    if line.reply_kind == "email":
        return EmailMessage(body=body, language=line.language, written_by=written_by)
    return WhatsAppText(body=body, language=line.language, written_by=written_by)


def template(line: Line, name: str, *parameters: str) -> WhatsAppTemplate:
    """A text that Meta approved, for outside the 24-hour window."""
    return WhatsAppTemplate(name=name, language=line.language, parameters=parameters)
