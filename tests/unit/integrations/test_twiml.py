"""TwiML is XML, whatever is put into it."""

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.errors import InvalidInput
from medicalcor.integrations.twilio import twiml
from medicalcor.schemas.common import LANGUAGES

AFTER = "https://crm.clinic.example/webhooks/voice?step=after&x=1"
RECORDED = "https://crm.clinic.example/webhooks/voice/status"


def verbs(text: str) -> list[Element]:
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?><Response>')
    return list(fromstring(text))  # noqa: S314 - of our own making


def test_a_call_is_handed_over_after_the_notice() -> None:
    text = twiml.hand_over(
        "sip:clinic@sip.vapi.ai",
        notice="Apelul este înregistrat.",
        language="ro",
        after_url=AFTER,
        recording_url=RECORDED,
        headers={"X-Call-Sid": "CA1", "X-Note": "a&b <c>"},
    )
    say, dial = verbs(text)
    assert (say.tag, say.get("language"), say.text) == ("Say", "ro-RO", "Apelul este înregistrat.")
    assert dial.get("action") == AFTER
    assert dial.get("record") == "record-from-answer-dual"
    assert dial.get("recordingStatusCallback") == RECORDED
    assert dial[0].text == "sip:clinic@sip.vapi.ai?X-Call-Sid=CA1&X-Note=a%26b%20%3Cc%3E"
    assert "&amp;X-Note" in text


def test_without_an_address_for_it_nothing_is_recorded() -> None:
    text = twiml.hand_over("sip:a@b?X-A=1", notice="x", language="en", after_url=AFTER, recording_url=None)
    assert "record" not in text
    assert verbs(text)[1][0].text == "sip:a@b?X-A=1"


@pytest.mark.parametrize(
    ("uri", "headers"), [("https://x", {}), ("+40722000001", {}), ("sip:a@b", {"From": "x"})]
)
def test_only_sip_addresses_and_extra_headers(uri: str, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        twiml.hand_over(uri, notice="x", language="ro", after_url=AFTER, recording_url=None, headers=headers)


def test_a_voicemail_is_asked_for_recorded_and_ends() -> None:
    text = twiml.voicemail("Lăsați un mesaj.", language="ro", after_url=AFTER, recording_url=RECORDED)
    say, record, end = verbs(text)
    assert (say.tag, record.tag, end.tag) == ("Say", "Record", "Hangup")
    assert record.get("action") == AFTER
    assert record.get("recordingStatusCallback") == RECORDED
    assert int(record.get("maxLength") or 0) > 0


def test_hanging_up() -> None:
    assert [verb.tag for verb in verbs(twiml.hang_up())] == ["Hangup"]
    assert [verb.tag for verb in verbs(twiml.hang_up("La revedere.", language="ro"))] == ["Say", "Hangup"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_locale_and_a_voice_that_speaks_it(language) -> None:
    [say, _] = verbs(twiml.hang_up("x", language=language))
    assert (say.get("language") or "").startswith(f"{language}-")
    assert say.get("voice") or language == "hu"


@given(st.text(max_size=60))
def test_any_words_stay_words(words: str) -> None:
    [say, *_] = verbs(twiml.voicemail(words, language="de", after_url=AFTER, recording_url=RECORDED))
    assert len(say) == 0
    kept = say.text or ""
    assert set(kept) <= set(words) | {"\n"}
    if words.isprintable():
        assert kept == words
