import pytest

from medicalcor.domain.scoring.rules import score
from medicalcor.domain.triage.rules import triage
from medicalcor.schemas.common import Urgency
from medicalcor.schemas.scoring import ScoringInput, Turn
from medicalcor.schemas.triage import TriageResult


def of(text: str) -> TriageResult:
    return triage(score(ScoringInput(channel="whatsapp", messages=(Turn(role="user", content=text),))))


def test_an_emergency_comes_first_and_alerts_a_person() -> None:
    result = of("nu mai pot respira si mi se umfla gatul")
    assert (result.routing, result.suggested_owner, result.escalation_required) == (
        "emergency",
        "doctor",
        True,
    )
    assert result.urgency is Urgency.HIGH_PRIORITY
    assert {"give_emergency_number", "alert_staff"} <= set(result.required_actions)
    assert {"breathing", "swelling"} <= set(result.medical_flags)


def test_an_opt_out_beside_an_emergency_is_obeyed_too() -> None:
    result = of("nu mai pot respira. nu ma mai contactati")
    assert result.routing == "emergency"
    assert "stop_messages" in result.required_actions


@pytest.mark.parametrize(
    ("text", "routing", "owner"),
    [
        ("STOP", "none", "nobody"),
        ("Caut un loc de munca, atasez CV-ul", "none", "nobody"),
        ("sunt foarte dezamagit, nimeni nu raspunde la telefon", "reception", "manager"),
        ("am programare marti, o putem muta pe joi?", "reception", "receptionist"),
        ("ma doare ingrozitor o masea", "call_now", "doctor"),
        ("cat costa un implant?", "call_now", "receptionist"),
        ("sunati-ma", "reception", "receptionist"),
        ("ce program aveti?", "automatic", "receptionist"),
    ],
)
def test_routing(text: str, routing: str, owner: str) -> None:
    result = of(text)
    assert (result.routing, result.suggested_owner) == (routing, owner)


def test_pain_and_swelling_are_flagged() -> None:
    assert set(of("ma doare o masea si am obrazul umflat").medical_flags) == {"pain", "swelling"}


def test_an_opt_out_asks_only_to_stop() -> None:
    assert of("STOP").required_actions == ("stop_messages",)
