"""What a caller hears: the voice agent, or a voicemail in the language they are likely to speak."""

from contextlib import suppress

from medicalcor.core.breaker import Breaker, BreakerOpen
from medicalcor.core.settings import Settings
from medicalcor.domain.language.countries import likely_language
from medicalcor.domain.language.phrases import phrase
from medicalcor.integrations.twilio import twiml
from medicalcor.schemas.common import Language
from medicalcor.schemas.wire.twilio import DialResult, InboundCall, RecordingUpdate

CALL_HEADER = "X-Call-Sid"
"""Twilio's id of the call, for the agent's messages to be joined to it."""
FAILURES = 3
"""So many calls in a row that the agent did not take: the next go to the voicemail at once."""
COOL_DOWN_SECONDS = 60.0
_A_CALL = f"CA{'0' * 32}"
"""Stands in what is written once for the call's own id, which is as long and as plain."""
_THE_CALLERS_DOING = "canceled"

Told = InboundCall | DialResult | RecordingUpdate


class Operator:
    """One a gateway process. Learns from what becomes of its calls whether the agent takes any."""

    def __init__(self, settings: Settings, *, voice_url: str) -> None:
        self._settings = settings
        self._voice_url = voice_url
        self._written: dict[tuple[str, Language], bytes] = {}
        self.breaker = Breaker("vapi-line", failures=FAILURES, cool_down=COOL_DOWN_SECONDS)

    def answer(self, told: Told | None) -> bytes:
        """TwiML. None: Twilio said something that we cannot read, and somebody is on the line all the same."""
        language = self._language(told)
        match told:
            case InboundCall() if self._settings.vapi_sip_uri and self.breaker.state != "open":
                return self._to_the_agent(self._settings.vapi_sip_uri, told, language)
            case DialResult():
                return self._after_the_agent(told, language)
            case RecordingUpdate():
                return twiml.hang_up(self._say("voicemail_thanks", language), language=language).encode()
            case _:
                return self._voicemail(language)

    def _after_the_agent(self, told: DialResult, language: Language) -> bytes:
        if told.dial_status == _THE_CALLERS_DOING:
            return twiml.hang_up().encode()
        with suppress(BreakerOpen), self.breaker.permit() as permit:
            if told.answered:
                permit.succeeded()
            else:
                permit.failed()
        return twiml.hang_up().encode() if told.answered else self._voicemail(language)

    def _to_the_agent(self, sip_uri: str, told: InboundCall, language: Language) -> bytes:
        """The same for everybody but for the call's id."""
        known = self._written.get(("agent", language))
        if known is None:
            recorded = self._settings.call_recording == "on"
            known = self._written["agent", language] = twiml.hand_over(
                sip_uri,
                notice=self._say("call_notice" if recorded else "call_notice_unrecorded", language),
                language=language,
                after_url=self._voice_url,
                recording_url=self._status_url if recorded else None,
                headers={CALL_HEADER: _A_CALL},
            ).encode()
        return known.replace(_A_CALL.encode(), told.call_sid.encode())

    def _voicemail(self, language: Language) -> bytes:
        """The same for everybody who speaks it."""
        known = self._written.get(("voicemail", language))
        if known is None:
            known = self._written["voicemail", language] = twiml.voicemail(
                self._say("voicemail_prompt", language),
                language=language,
                after_url=self._voice_url,
                recording_url=self._status_url,
            ).encode()
        return known

    @property
    def _status_url(self) -> str:
        return f"{self._voice_url}/status"

    def _say(self, key: str, language: Language) -> str:
        settings = self._settings
        return phrase(key, language, clinic=settings.clinic_name, number=settings.emergency_number)

    def _language(self, told: Told | None) -> Language:
        """By the number that calls. The gateway may look nobody up, so what the person spoke before is not known."""
        country = self._settings.clinic_country
        return likely_language(
            told.phone if told else None,
            hint=told.caller_country if isinstance(told, InboundCall) else None,
            clinic_country=country,
        )
