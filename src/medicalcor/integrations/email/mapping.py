"""What a mail server's answers mean for us. Their texts quote addresses: only the numbers are told.

A 4xx is "later" and a 5xx is "no" (RFC 5321); what a lost connection means depends on how far the dialogue had got.
"""

import smtplib

from medicalcor.core.errors import OutcomeUnknown, ProviderError, ProviderRejected, ProviderUnavailable

PROVIDER = "email"

_DEFERRED_SECONDS = 60.0
"""Greylisting servers want a minute at least."""
_ACCOUNT = frozenset({530, 534, 535, 538})
_REASONS = {
    550: "undeliverable",
    551: "undeliverable",
    553: "undeliverable",
    552: "too_large",
    554: "refused",
}
_SAYS = {
    "account": "The mail server refuses the sign-in: check user and password in SMTP_URL.",
    "undeliverable": "The mail server knows no such recipient.",
    "too_large": "The mail is too large, or the recipient's mailbox is full.",
    "refused": "The mail server refuses the mail.",
}


class NoEncryption(Exception):
    """The server offers no encryption, and the mail or the password needs it."""


def error_of(problem: Exception, *, handed_over: bool) -> ProviderError:
    """`handed_over`: the whole mail had been sent and only its answer was missing."""
    if isinstance(problem, NoEncryption):
        return ProviderRejected(
            "The mail server offers no encryption: use smtps:// or another port in SMTP_URL.",
            provider=PROVIDER,
            reason="account",
        )
    code = code_of(problem)
    if code is not None:
        return _of_code(code)
    if handed_over:
        return unknown("dropped")
    return unavailable("unreachable")


def code_of(problem: Exception) -> int | None:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in problem.recipients.values()), None)
    if isinstance(problem, smtplib.SMTPResponseException) and problem.smtp_code >= 400:
        return problem.smtp_code
    return None


def _of_code(code: int) -> ProviderError:
    if code < 500:
        return ProviderUnavailable(
            f"The mail server asks to come back later ({code}). Nothing was sent.",
            provider=PROVIDER,
            reason="deferred",
            status=code,
            retry_after=_DEFERRED_SECONDS,
        )
    reason = "account" if code in _ACCOUNT else _REASONS.get(code, "refused")
    return ProviderRejected(_SAYS[reason], provider=PROVIDER, reason=reason, status=code)


def unknown(reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        "The mail was handed over, and the server's answer got lost: it may or may not have been sent.",
        provider=PROVIDER,
        reason=reason,
    )


def unavailable(reason: str) -> ProviderUnavailable:
    return ProviderUnavailable(
        "The mail server cannot be reached. Nothing was sent.", provider=PROVIDER, reason=reason
    )
