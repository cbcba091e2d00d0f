import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.scoring.rules import score
from medicalcor.domain.triage.alerts import speaks_for_lead
from medicalcor.domain.triage.mentions import codes, found_in
from medicalcor.domain.triage.rules import duties, names, triage
from medicalcor.schemas.common import Role, Urgency
from medicalcor.schemas.scoring import ScoringInput, Turn
from medicalcor.schemas.triage import TriageResult
from medicalcor.web.words import TABLES


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


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("nu mai pot respira", "emergency"),
        ("STOP", "opt_out"),
        ("mi-ați scos o măsea ieri și sângerează încă", "complication"),
        ("Nach der OP bei Ihnen habe ich starke Schmerzen und alles ist geschwollen", "complication"),
        ("sunt foarte dezamagit, nimeni nu raspunde la telefon", "complaint"),
        ("fetita mea de 6 ani are dureri mari de dinti", "child_acute"),
        ("ma doare ingrozitor o masea", "acute"),
        ("cat costa un implant?", "hot"),
        ("am programare marti, o putem muta pe joi?", "existing_patient"),
        ("ce program aveti?", "automatic"),
    ],
)
def test_the_rule_that_decided_is_named(text: str, rule: str) -> None:
    turns = (Turn(role="user", content=text),)
    scored = score(ScoringInput(channel="whatsapp", messages=turns))
    assert triage(scored, mentions=found_in(turns)).rule == rule


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document"])
def test_a_file_waits_for_a_person_with_words_or_without(kind: str) -> None:
    alone = triage(None, kind=kind)
    assert (alone.rule, alone.routing, alone.also) == ("media", "reception", ())
    beside = triage(
        score(
            ScoringInput(channel="whatsapp", messages=(Turn(role="user", content="cat costa un implant?"),))
        ),
        kind=kind,
    )
    assert (beside.rule, beside.also) == ("hot", ("media",))
    assert "create_task" in beside.required_actions


MENTIONED = {
    "ro": "Vreau un implant, dar iau Sintrom și sunt alergică la penicilină",
    "en": "I'd like an implant but I'm on blood thinners and allergic to penicillin",
    "de": "Ich möchte ein Implantat, nehme aber Blutverdünner und habe eine Penicillinallergie, also bin allergisch",
    "it": "Vorrei un impianto ma prendo anticoagulanti e sono allergico alla penicillina",
    "fr": "Je voudrais un implant mais je prends des anticoagulants et je suis allergique à la pénicilline",
    "es": "Quiero un implante pero tomo Sintrom y soy alérgica a la penicilina",
    "hu": "Implantátumot szeretnék, de vérhígítót szedek és allergiás vagyok a penicillinre",
}
OTHERS = {
    "pregnancy": ("Sunt însărcinată", "I'm pregnant", "Ich bin schwanger", "Sono incinta", "Je suis enceinte", "Estoy embarazada", "Terhes vagyok"),
    "diabetes": ("am diabet", "I am diabetic", "ich bin Diabetiker", "sono diabetico", "je suis diabétique", "soy diabético", "cukorbeteg vagyok"),
    "pacemaker": ("am pacemaker", "I have a pacemaker", "ich habe einen Herzschrittmacher", "ho un pacemaker", "j'ai un pacemaker", "llevo marcapasos", "pacemakerem van"),
    "implant_history": ("am deja două implanturi", "I already have an implant", "ich habe schon ein Implantat", "ho già un impianto", "j'ai déjà un implant", "ya tengo un implante", "van már implantátumom"),
}  # fmt: skip
DENIED = (
    "nu sunt însărcinată", "nu iau anticoagulante", "fără alergii", "I'm not pregnant", "no allergies", "I don't take blood thinners",
    "ich bin nicht schwanger", "keine Allergien", "Blutverdünner nehme ich keine", "non sono incinta", "nessuna allergia",
    "je ne suis pas enceinte", "pas d'allergies", "no estoy embarazada", "sin alergias", "nem vagyok terhes", "vérhígítót nem szedek",
)  # fmt: skip


def _codes(text: str, role: Role = "user") -> set[str]:
    return {mention.code for mention in found_in([Turn(role=role, content=text)])}


@pytest.mark.parametrize("language", MENTIONED)
def test_what_is_said_of_ones_health_is_flagged_and_the_doctor_reads_it(language: str) -> None:
    turns = (Turn(role="user", content=MENTIONED[language]),)
    said = found_in(turns)
    assert {mention.code for mention in said} == {"anticoagulants", "allergy"}
    assert all(mention.text in MENTIONED[language] for mention in said)
    result = triage(score(ScoringInput(channel="whatsapp", messages=turns)), mentions=said)
    assert {"anticoagulants", "allergy"} <= set(result.medical_flags)
    assert "medical_history" in result.also


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in OTHERS.items() for text in texts])
def test_conditions_are_known_in_every_language(code: str, text: str) -> None:
    assert code in _codes(text)


@pytest.mark.parametrize("text", DENIED)
def test_what_is_denied_is_no_flag(text: str) -> None:
    assert _codes(text) == set()


def test_doubt_is_left_to_a_person_and_what_the_clinic_says_is_no_mention() -> None:
    assert _codes("I don't know if I'm pregnant") == {"pregnancy"}
    assert _codes("Sunteți însărcinată?", role="assistant") == set()


def test_every_rule_has_words_and_every_work_a_deadline() -> None:
    assert names() <= TABLES["rule"].keys() & TABLES["work"].keys()
    assert codes() <= TABLES["flag"].keys()
    for name in names():
        result = triage(None).model_copy(update={"rule": name, "also": (name,)})
        for duty in duties(result):
            assert duty.alert is None or duty.alert in TABLES["alert"]
            assert not duty.is_work or (duty.task is not None or name == "emergency")
            assert (duty.escalate_to is None) == (duty.escalate_after_minutes is None)


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text: str) -> None:
    for mention in found_in([Turn(role="user", content=text)]):
        assert mention.text in text


def test_who_is_done_with_an_alert_has_dealt_with_the_lead_unless_danger_waits_or_it_says_nothing_of_it() -> (
    None
):
    assert speaks_for_lead("hot_lead", [])
    assert speaks_for_lead("hot_lead", ["nobody_acted", "missed_call"])
    assert not speaks_for_lead("hot_lead", ["missed_call", "acute"])
    assert speaks_for_lead("emergency", ["acute", "hot_lead"])
    assert not speaks_for_lead("payment_failed", [])
