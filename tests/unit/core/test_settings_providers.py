"""Settings of voice agent and mail, as they are read and as `doctor` judges them."""

import pytest

from medicalcor.cli import values
from medicalcor.cli.demo import FACTS
from medicalcor.core.errors import MissingSetting
from medicalcor.core.settings import load_settings


def test_secrets_may_hold_two_and_the_plan_is_vapis_json(monkeypatch) -> None:
    monkeypatch.setenv("VAPI_WEBHOOK_SECRET", "new, old")
    monkeypatch.setenv("EMAIL_WEBHOOK_SECRET", "whsec_bmV3")
    monkeypatch.setenv(
        "VAPI_WEBHOOK_PLAN", '{"type": "hmac", "algorithm": "sha512", "signaturePrefix": "v1="}'
    )
    settings = load_settings()
    assert [one.get_secret_value() for one in settings.vapi_webhook_secret] == ["new", "old"]
    assert [one.get_secret_value() for one in settings.email_webhook_secret] == ["whsec_bmV3"]
    assert settings.vapi_webhook_plan is not None
    assert (settings.vapi_webhook_plan.algorithm, settings.vapi_webhook_plan.signature_prefix) == (
        "sha512",
        "v1=",
    )


def test_a_plan_that_is_none_is_named(monkeypatch) -> None:
    monkeypatch.setenv("VAPI_WEBHOOK_PLAN", '{"algorithm": "md5"}')
    with pytest.raises(MissingSetting, match="VAPI_WEBHOOK_PLAN"):
        load_settings()


@pytest.mark.parametrize(
    ("judge", "good", "bad"),
    [
        (values.no_mail_server, "smtps://a:b@mail.example", "https://mail.example"),
        (values.no_mail_server, "starttls://mail.example:587", "smtp://"),
        (values.no_sender, "Clinic <office@clinic.example>", "Clinic"),
        (values.not_standard, "whsec_c2l4dGVlbi1ieXRlcy1hdC1sZWFzdA==", "whsec_c2hvcnQ="),
        (
            values.not_standard,
            "c2l4dGVlbi1ieXRlcy1hdC1sZWFzdA==,c2l4dGVlbi1ieXRlcy1hdC1sZWFzdA==",
            "whsec_ no",
        ),
        (values.retired_ear, "gpt-transcribe", "whisper-1"),
        (values.retired_ear, "mine", "gpt-4o-mini-transcribe-2025-12-15"),
    ],
)
def test_what_doctor_says_of_values(judge, good: str, bad: str) -> None:
    assert judge(good) is None
    assert judge(bad)


def test_the_clinics_facts_are_toml_a_text_a_topic(monkeypatch, tmp_path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('Hours = "9-18"\nprices = """\nConsultație 150\n"""\n', encoding="utf-8")
    monkeypatch.setenv("CLINIC_FACTS_FILE", str(file))
    assert load_settings().clinic_facts == {"hours": "9-18", "prices": "Consultație 150\n"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLINIC_FACTS", "hours: 9-18"),
        ("CLINIC_FACTS", '[hours]\nmonday = "9"'),
        ("CLINIC_PHONE", "0310000001"),
    ],
)
def test_facts_and_numbers_that_cannot_be_used_are_named(monkeypatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(MissingSetting, match=name):
        load_settings()


def test_the_demo_has_facts_of_its_clinic(monkeypatch) -> None:
    monkeypatch.setenv("CLINIC_FACTS", FACTS)
    assert {"hours", "address", "prices", "insurance", "parking"} <= set(load_settings().clinic_facts)
