"""`medicalcor simulate vapi`: somebody calls, and the voice agent answers."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from medicalcor.cli import simulating

if TYPE_CHECKING:
    from medicalcor.sandbox.providers.vapi_payloads import PlayedCall

WHOLE = ("assistant-request", "in-progress", "tool-calls", "ended", "end-of-call-report")
KINDS = (*WHOLE, "hang", "transfer-destination-request")
ANSWERED = ("assistant-request", "tool-calls", "transfer-destination-request")
SHAPES = ("function", "function_object", "flat_arguments", "flat_parameters", "legacy")


@click.command()
@click.option(
    "--from", "sender", default="", help="The caller's number, as +40722000001; without it, it is hidden."
)
@click.option("--says", multiple=True, help="What the caller says; may be given several times.")
@click.option("--tool", help="A function that the agent uses, e.g. hand_to_person.")
@click.option("--arguments", default="{}", help="The function's arguments, as a JSON object.")
@click.option("--shape", type=click.Choice(SHAPES), default="function", help="How the function is asked for.")
@click.option(
    "--message", "only", type=click.Choice(KINDS), help="Send this one alone instead of a whole call."
)
@click.option(
    "--proof", type=click.Choice(["bearer", "header", "hmac"]), default="bearer", help="How it is signed."
)
@click.option("--call-sid", help="Twilio's id of the call (CA…), as when Twilio handed it over by SIP.")
@click.option("--id", "call_id", help="The call's id, to send the same one again.")
@click.option("--url", help="The gateway's webhook. [default: http://127.0.0.1:$API_PORT/webhooks/vapi]")
def vapi(  # noqa: PLR0913 - one parameter an option is click's form
    sender: str,
    *,
    says: tuple[str, ...],
    tool: str | None,
    arguments: str,
    shape: Any,
    only: str | None,
    proof: Any,
    call_sid: str | None,
    call_id: str | None,
    url: str | None,
) -> None:
    """Somebody calls. Prints each message's HTTP status, and what was answered; exit code 0 means 200 for all."""
    from medicalcor.core import clock
    from medicalcor.sandbox.providers import vapi_payloads as payloads

    secret = simulating.secret("VAPI_WEBHOOK_SECRET")
    call = payloads.PlayedCall(
        id=call_id or payloads.new_id(), other=sender, began=clock.now(), handed_over_by=call_sid
    )
    for words in says or ("Bună ziua, aș dori o programare.",):
        call.say("user", words, at=clock.now())
    given = {"name": tool or "find_slots", "arguments": _object(arguments), "shape": shape}
    wanted = [only] if only else [kind for kind in WHOLE if tool or kind != "tool-calls"]
    statuses = []
    for kind, payload in _messages(call, wanted=wanted, tool=given):
        body = payloads.body_of(payload)
        headers = payloads.proof(proof, secret=secret, body=body, at=clock.now())
        answer = simulating.exchange(
            url or simulating.webhook("vapi"),
            body=body,
            headers={"Content-Type": "application/json", **headers},
        )
        statuses.append(answer.status)
        click.echo(f"{answer.status} {kind}" if not only else answer.status)
        if kind in ANSWERED and answer.body:
            click.echo(answer.body)
    simulating.finish(statuses, told=True)


def _object(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise click.UsageError('--arguments must be a JSON object, e.g. \'{"day": "2026-12-01"}\'.')
    return value


def _messages(
    call: "PlayedCall", *, wanted: list[str], tool: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    from medicalcor.core import clock
    from medicalcor.sandbox.providers import vapi_payloads as payloads

    for kind in wanted:
        now = clock.now()
        if kind == "in-progress":
            call.status = kind
            yield kind, call.message("status-update", at=now, status=kind)
        elif kind == "tool-calls":
            # named by the call, so that the same call again asks for the same again
            yield kind, payloads.tool_calls(call, tool_id=f"call_{call.id}", at=now, **tool)
        elif kind == "ended":
            call.status, call.ended_reason, call.ended = kind, "customer-ended-call", now
            yield kind, call.message("status-update", at=now, status=kind, endedReason=call.ended_reason)
        elif kind == "end-of-call-report":
            yield kind, call.report(at=now)
        else:
            yield kind, call.message(kind, at=now)
