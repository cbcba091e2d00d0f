"""The form on a clinic's web page."""

from pydantic import ValidationError

from medicalcor.core.errors import InvalidInput
from medicalcor.domain.consent.purposes import fits
from medicalcor.domain.correspondence.addresses import normalised
from medicalcor.domain.identity.phones import e164
from medicalcor.operations.arrivals.base import Arrival
from medicalcor.operations.inbox import Item
from medicalcor.operations.ledger import Ledger
from medicalcor.operations.places import Address, Party, address
from medicalcor.schemas.base import Event
from medicalcor.schemas.common import PersonId
from medicalcor.schemas.events.consents import ConsentClaimed, ConsentGranted, ConsentPurpose
from medicalcor.schemas.events.conversations import Letter
from medicalcor.schemas.events.leads import Campaign
from medicalcor.schemas.leads import LeadForm


def read(ledger: Ledger, item: Item) -> Arrival:
    try:
        form = LeadForm.model_validate_json(item.body)
    except ValidationError:
        raise InvalidInput("The form does not have the shape that is documented.") from None
    addresses = _addresses(ledger, form)
    if not addresses:
        raise InvalidInput("The form names no way to reach the person.")
    mail = next((one for one in addresses if one.kind == "email"), None)
    party = Party(
        channel="web",
        clinic_address="",
        partition_key=item.partition_key,
        addresses=addresses,
        reply_to=mail or addresses[0],
        name=form.name,
        source="web",
        at=item.received_at,
        vouched=False,
    )

    def consents(person_id: PersonId) -> tuple[Event, ...]:
        return (_consent(form, item, person_id), *_claims(form, item, person_id, addresses))

    return Arrival(
        item=item,
        party=party,
        kind="form",
        raw_kind="form",
        provider_id=str(item.id),
        text=form.message,
        letter=Letter(),
        language=form.language,
        campaign=_campaign(form),
        about_person=consents,
    )


def _addresses(ledger: Ledger, form: LeadForm) -> tuple[Address, ...]:
    """The number first: it is harder to mistype into somebody else's."""
    phone = e164(form.phone, country=ledger.settings.clinic_country)
    mail = normalised(form.email)
    found = (
        address(ledger, "phone", phone) if phone else None,
        address(ledger, "email", mail) if mail else None,
    )
    return tuple(one for one in found if one is not None)


def _consent(form: LeadForm, item: Item, person_id: PersonId) -> ConsentGranted:
    """To be answered: whoever sent the form asked for that. It says nothing for the owner of the address."""
    return ConsentGranted(
        person_id=person_id,
        purposes=("data_processing",),
        channel="web",
        text_version=form.consent.text_version,
        text_hash=form.consent.text_hash,
        language=form.language,
        evidence_id=item.id,
        origin=form.page,
    )


def _claims(
    form: LeadForm, item: Item, person_id: PersonId, addresses: tuple[Address, ...]
) -> tuple[ConsentClaimed, ...]:
    """What was ticked beyond that, each for the first address that can be agreed to for it."""
    ticked: dict[str, list[ConsentPurpose]] = {}
    for purpose in form.consent.purposes:
        fitting = [one.key for one in addresses if fits(purpose, one.kind)]
        if fitting:
            ticked.setdefault(fitting[0], []).append(purpose)
    return tuple(
        ConsentClaimed(
            person_id=person_id,
            purposes=tuple(purposes),
            channel="web",
            address_key=key,
            text_version=form.consent.text_version,
            text_hash=form.consent.text_hash,
            language=form.language,
            evidence_id=item.id,
            origin=form.page,
        )
        for key, purposes in ticked.items()
    )


def _campaign(form: LeadForm) -> Campaign | None:
    campaign = Campaign(
        source=form.utm_source,
        medium=form.utm_medium,
        name=form.utm_campaign,
        term=form.utm_term,
        content=form.utm_content,
        gclid=form.gclid,
        fbclid=form.fbclid,
        referrer=form.referrer,
        page=form.page,
    )
    return campaign if campaign != Campaign() else None
