"""What we say, in the shapes that WhatsApp takes."""

from medicalcor.schemas.effects import WhatsAppChoices, WhatsAppTemplate
from medicalcor.schemas.wire.whatsapp_out import (
    ButtonComponentOut,
    ButtonOut,
    ButtonsOut,
    ComponentOut,
    InteractiveOut,
    ListOut,
    ParameterOut,
    PayloadOut,
    ReplyOut,
    RowOut,
    SectionOut,
    WordsOut,
)


def interactive(asked: WhatsAppChoices) -> InteractiveOut:
    """Buttons, or a list where there is something to open it by."""
    body = WordsOut(text=asked.body)
    if asked.opener is None:
        buttons = tuple(ButtonOut(reply=ReplyOut(id=c.id, title=c.title)) for c in asked.choices)
        return InteractiveOut(type="button", body=body, action=ButtonsOut(buttons=buttons))
    rows = tuple(RowOut(id=c.id, title=c.title, description=c.description) for c in asked.choices)
    return InteractiveOut(
        type="list", body=body, action=ListOut(button=asked.opener, sections=(SectionOut(rows=rows),))
    )


def components(template: WhatsAppTemplate) -> tuple[ComponentOut | ButtonComponentOut, ...]:
    """Its places, and what its quick replies come back as."""
    given = tuple(ParameterOut(text=parameter) for parameter in template.parameters)
    return (
        *((ComponentOut(parameters=given),) if given else ()),
        *(
            ButtonComponentOut(index=str(place), parameters=(PayloadOut(payload=payload),))
            for place, payload in enumerate(template.buttons)
        ),
    )
