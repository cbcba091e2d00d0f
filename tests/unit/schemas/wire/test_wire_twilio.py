"""Forms of Twilio's, as they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.core.errors import InvalidInput
from medicalcor.integrations.twilio.forms import inbound_of, update_of
from medicalcor.schemas.wire.twilio import CallUpdate, DialResult, InboundCall, RecordingUpdate, party_of

CALL = {"CallSid": "CA" + "0" * 31 + "1", "From": "+40722000001", "To": "+40310000001", "FromCity": ""}
RECORDING = {
    "RecordingSid": "RE" + "0" * 31 + "2",
    "RecordingStatus": "completed",
    "RecordingSource": "RecordVerb",
}


@pytest.mark.parametrize(
    ("address", "kind", "value"),
    [
        ("+40722000001", "phone", "+40722000001"),
        ("anonymous", "withheld", None),
        ("Anonymous", "withheld", None),
        ("restricted", "withheld", None),
        ("unknown", "withheld", None),
        ("+266696687", "withheld", None),
        ("+7378742833", "withheld", None),
        ("sip:anonymous@anonymous.invalid", "withheld", None),
        ("", "withheld", None),
        (None, "withheld", None),
        ("sip:reception@pbx.example;transport=tls", "sip", "sip:reception@pbx.example;transport=tls"),
        ("client:elena", "client", "elena"),
        ("112", "unknown", "112"),
        ("+1", "unknown", "+1"),
        ("+٤٠٧٢٢٠٠٠٠٠١", "unknown", "+٤٠٧٢٢٠٠٠٠٠١"),
    ],
)
def test_who_calls_need_not_have_a_number(address: str | None, kind: str, value: str | None) -> None:
    party = party_of(address)
    assert (party.kind, party.value) == (kind, value)
    assert party.phone == (value if kind == "phone" else None)


def test_a_call_and_what_became_of_handing_it_over() -> None:
    call = inbound_of({**CALL, "CallStatus": "ringing", "FromCountry": "RO", "StirVerstat": "new-value"})
    assert isinstance(call, InboundCall)
    assert (call.caller.phone, call.called.phone, call.caller_country) == (
        "+40722000001",
        "+40310000001",
        "RO",
    )
    dialled = inbound_of({**CALL, "DialCallStatus": "no-answer"})
    assert isinstance(dialled, DialResult)
    assert not dialled.answered
    assert dialled.provider_id != call.provider_id
    assert "+4072" not in repr(call)


def test_updates_are_told_apart_and_each_has_an_id_of_its_own() -> None:
    done = update_of(
        {
            **CALL,
            "CallStatus": "completed",
            "CallDuration": "181",
            "SequenceNumber": "3",
            "Timestamp": "Mon, 23 Nov 2026 08:03:06 +0000",
        }
    )
    assert isinstance(done, CallUpdate)
    assert (done.seconds, done.sequence, done.at and done.at.isoformat()) == (
        181,
        3,
        "2026-11-23T08:03:06+00:00",
    )
    assert done.provider_id == f"{CALL['CallSid']}:completed:3"
    heard = update_of({**CALL, **RECORDING, "RecordingDuration": "soon", "RecordingStartTime": "once"})
    assert isinstance(heard, RecordingUpdate)
    assert heard.ready
    assert (heard.seconds, heard.started_at) == (None, None)
    assert heard.provider_id == f"{RECORDING['RecordingSid']}:completed"


@pytest.mark.parametrize(
    "fields",
    [{}, {"CallSid": "CA1"}, {**CALL}, {**CALL, "RecordingSid": "../../x", "RecordingStatus": "completed"}],
)
def test_what_lacks_its_sid_or_status_is_refused_by_name_alone(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        update_of(fields)
    assert "+4072" not in str(caught.value)
    assert "../" not in str(caught.value)


@given(st.dictionaries(st.sampled_from([*CALL, *RECORDING, "CallStatus", "Timestamp"]), st.text(max_size=40)))
def test_any_values_are_read_or_refused(fields: dict[str, str]) -> None:
    for read in (inbound_of, update_of):
        try:
            read({**CALL, **fields})
        except InvalidInput:
            continue


@given(
    st.one_of(
        st.text(max_size=20),
        st.from_regex(r"\+[0-9]{5,17}", fullmatch=True),
        st.sampled_from(
            ["+266696687", "+7378742833", "anonymous", "sip:a@b", "client:x", "", " +40722000001 "]
        ),
    )
)
def test_the_callers_number_is_what_the_party_says(address: str) -> None:
    told = inbound_of({**CALL, "From": address})
    assert told.phone == party_of(address).phone
