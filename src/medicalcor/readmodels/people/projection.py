"""Who there is, how they are reached, and who is not to be written to."""

from collections.abc import Mapping, Sequence

from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Project, Recorded, Statement
from medicalcor.core.text import folded
from medicalcor.schemas.events import people as events

SQL = statements("medicalcor.readmodels.people", "projection.sql")
TABLES = ("people", "addresses", "suppressions", "crm_links")


def _created(recorded: Recorded) -> Statement:
    name = recorded.event.name if isinstance(recorded.event, events.PersonCreated) else None
    person, source = recorded.subject_id, recorded.plain["source"]
    return SQL["create_person"], (
        person,
        name,
        folded(name or ""),
        source,
        recorded.occurred_at,
    )


def _named(recorded: Recorded) -> Statement:
    name = recorded.event.name if isinstance(recorded.event, events.PersonNamed) else None
    return SQL["name_person"], (
        recorded.subject_id,
        name,
        folded(name or ""),
    )


def _address_added(recorded: Recorded) -> Statement:
    value = recorded.event.value if isinstance(recorded.event, events.AddressAdded) else None
    plain = recorded.plain
    return SQL["add_address"], (
        plain["address_key"],
        recorded.subject_id,
        plain["kind"],
        value,
        recorded.occurred_at,
    )


def _language(recorded: Recorded) -> Statement:
    return SQL["set_language"], (
        recorded.subject_id,
        recorded.plain["language"],
    )


def _language_chosen(recorded: Recorded) -> Statement:
    return SQL["choose_language"], (
        recorded.subject_id,
        recorded.plain["language"],
    )


def _opted_out(recorded: Recorded) -> Statement:
    return SQL["opt_out"], (
        recorded.subject_id,
        recorded.occurred_at,
        recorded.plain["address_keys"],
    )


def _suppressed(recorded: Recorded) -> Statement:
    return SQL["suppress"], (recorded.plain["address_key"], recorded.occurred_at)


def _lifted(recorded: Recorded) -> Statement:
    return SQL["lift"], (recorded.subject_id, recorded.plain["address_keys"])


def _silent_before(recorded: Recorded) -> Statement:
    return SQL["silent_before"], (recorded.subject_id, recorded.plain["address_key"])


def _crm_linked(recorded: Recorded) -> Statement:
    plain = recorded.plain
    return SQL["link_crm"], (
        recorded.subject_id,
        plain["provider"],
        plain["external_id"],
        recorded.occurred_at,
    )


def _erased(recorded: Recorded) -> Statement:
    return SQL["erase"], (
        recorded.subject_id,
        recorded.occurred_at,
    )


APPLY: Mapping[str, Sequence[Project]] = {
    events.PersonCreated.type: (_created,),
    events.PersonNamed.type: (_named,),
    events.AddressAdded.type: (_address_added, _silent_before),
    events.LanguageDetected.type: (_language,),
    events.LanguageChosen.type: (_language_chosen,),
    events.OptedOut.type: (_opted_out,),
    events.AddressSuppressed.type: (_suppressed,),
    events.OptOutLifted.type: (_lifted,),
    events.CrmLinked.type: (_crm_linked,),
    events.PersonErased.type: (_erased,),
}
