"""`medicalcor sandbox`: the providers' stand-ins, on this machine only.

The sandbox knows nothing of clinics. Composed here, its OpenAI thinks with the product's own rules and its
WhatsApp knows the product's templates.
"""

from typing import Any

import click
from pydantic import ValidationError

from medicalcor.core.settings import load_settings
from medicalcor.domain.language.phrases import (
    TEMPLATE_BUTTONS,
    TEMPLATES,
    button,
    filled,
    phrase,
    procedure_name,
    template_places,
)
from medicalcor.domain.scoring import calls, rules
from medicalcor.domain.scoring.prompt import AiJudgement
from medicalcor.sandbox.app import create_app
from medicalcor.sandbox.server import serve
from medicalcor.sandbox.settings import SandboxSettings
from medicalcor.schemas.base import Wire
from medicalcor.schemas.common import LANGUAGES, Channel, Classification
from medicalcor.schemas.scoring import ScoringInput, ScoringOutput, Turn


class _Asked(Wire):
    """What `domain.scoring.prompt` puts into its last message."""

    channel: Channel
    conversation: tuple[Turn, ...]


class _Task(Wire):
    """What `domain.assist.prompts` puts beside or instead of a conversation."""

    task: str
    to: str | None = None
    text: str | None = None


class RulesBrain:
    """Judges and answers as the rules would."""

    def __init__(self, *, clinic: str, emergency_number: str) -> None:
        self._clinic = clinic
        self._number = emergency_number

    def judge(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        scored = rules.score(_conversation(messages))
        if messages[0].get("content") == calls.ASK:
            return _of_a_call(scored)
        return scored.model_dump(mode="json", include=set(AiJudgement.model_fields))

    def reply(self, messages: list[dict[str, Any]]) -> str:
        task = _task(messages)
        if task is not None and task.task == "translate":
            return f"({task.to}) {task.text}"  # rules know no translation: the words, marked for the language
        scored = rules.score(_conversation(messages))
        if task is not None and task.task == "summarize":
            return scored.reasoning
        places = {"clinic": self._clinic, "number": self._number}
        if scored.procedures:
            places["procedure"] = procedure_name(scored.procedures[0], scored.language)
        return phrase(_key(scored), scored.language, **places)


def _task(messages: list[dict[str, Any]]) -> _Task | None:
    try:
        return _Task.model_validate_json(str(messages[-1].get("content") or ""))
    except ValidationError:
        return None


def _conversation(messages: list[dict[str, Any]]) -> ScoringInput:
    """From the prompt's data; anything else that is asked counts as said by one patient."""
    content = str(messages[-1].get("content") or "")
    try:
        asked = _Asked.model_validate_json(content)
    except ValidationError:
        return ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=content),))
    return ScoringInput(channel=asked.channel, messages=asked.conversation)


def _of_a_call(scored: ScoringOutput) -> dict[str, Any]:
    answer = calls.AiCallAnalysis(
        intent=scored.intent,
        sentiment="neutral",
        procedures=list(scored.procedures),
        objections=[],
        next_action=scored.suggested_action,
        summary=scored.reasoning,
    )
    return answer.model_dump(mode="json")


def _key(scored: ScoringOutput) -> str:
    by_intent = {
        "emergency": "emergency",
        "opt_out": "opt_out_confirmed",
        "complaint": "answer_complaint",
        "existing_patient": "answer_logistics",
    }
    if scored.intent in by_intent:
        return by_intent[scored.intent]
    if scored.classification is Classification.HOT:
        return "answer_hot"
    if scored.procedures:
        return "answer_procedure"
    return "answer_price" if scored.budget else "answer_vague"


def approved_templates() -> dict[str, dict[str, str]]:
    """The product's templates as WhatsApp keeps them, with numbered places."""
    return {
        name: {language: _numbered(body) for language, body in bodies.items()}
        for name, bodies in TEMPLATES.items()
    }


def quick_replies() -> dict[str, dict[str, list[str]]]:
    """What stands on the templates' buttons."""
    return {
        name: {language: [button(key, language) for key in keys] for language in LANGUAGES}
        for name, keys in TEMPLATE_BUTTONS.items()
    }


def _numbered(body: str) -> str:
    return filled(body, [f"{{{{{number}}}}}" for number, _ in enumerate(template_places(body), 1)])


@click.command()
@click.option("--port", type=int, help="Port on 127.0.0.1. [default: $SANDBOX_PORT or 3900]")
def sandbox(port: int | None) -> None:
    """Serve the simulated providers, /_sandbox, the patient's phone at /phone and their /mailbox."""
    product = load_settings()
    settings = SandboxSettings(sandbox_smtp_port=product.sandbox_smtp_port)
    brain = RulesBrain(clinic=product.clinic_name, emergency_number=product.emergency_number)
    app = create_app(settings=settings, brain=brain, templates=approved_templates(), labels=quick_replies())
    serve(app, port=port or settings.sandbox_port)
