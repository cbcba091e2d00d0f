"""The same words, in the form that a line of conversation carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from medicalcor.schemas.common import Channel, Language
from medicalcor.schemas.effects import Choice, EmailMessage, WhatsAppChoices, WhatsAppTemplate, WhatsAppText

BUTTONS, BUTTON_LENGTH = 3, 20
"""What WhatsApp takes as reply buttons (Meta, interactive messages)."""
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


def question(
    line: Line, body: str, choices: Sequence[Choice], *, opener: str
) -> WhatsAppChoices | EmailMessage:
    """Words with what can be answered. Where nothing can be tapped the choices are numbered.

    Few short ones go as buttons; `opener` opens the list of others. What is numbered is understood by whoever asked.
    """
    if line.reply_kind == "email":
        numbered = "\n".join(f"{n}. {_in_full(c)}" for n, c in enumerate(choices, 1))
        return EmailMessage(body=f"{body}\n\n{numbered}", language=line.language, written_by="phrases")
    on_buttons = len(choices) <= BUTTONS and all(
        len(c.title) <= BUTTON_LENGTH and c.description is None for c in choices
    )
    return WhatsAppChoices(
        body=body,
        choices=tuple(choices),
        opener=None if on_buttons else opener,
        language=line.language,
        written_by="phrases",
    )


def _in_full(choice: Choice) -> str:
    return f"{choice.title}, {choice.description}" if choice.description else choice.title


def template(line: Line, name: str, *parameters: str, buttons: Sequence[str] = ()) -> WhatsAppTemplate:
    """A text that Meta approved, for outside the 24-hour window; `buttons` are the ids of its quick replies."""
    return WhatsAppTemplate(name=name, language=line.language, parameters=parameters, buttons=tuple(buttons))
