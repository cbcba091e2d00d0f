"""What a person wrote now, whichever program and language they wrote it in."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicalcor.domain.correspondence.markup import to_text
from medicalcor.domain.correspondence.quoted import own_words

OWN = "Da, marți la 10 este perfect.\n\nMulțumesc, Ana"
QUOTED = "Bună ziua,\n\nVă putem programa marți la 10:00.\n\nClinica Zâmbet"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTED.split("\n"))
WHO = "Clinica Zâmbet <office@zambet.example>"

GMAIL = {
    "ro": f"În lun., 23 nov. 2026 la 14:05, {WHO} a scris:",
    "en": f"On Mon, Nov 23, 2026 at 2:05 PM {WHO} wrote:",
    "de": f"Am Mo., 23. Nov. 2026 um 14:05 Uhr schrieb {WHO}:",
    "fr": f"Le lun. 23 nov. 2026 à 14:05, {WHO} a écrit :",
    "it": f"Il giorno lun 23 nov 2026 alle ore 14:05 {WHO} ha scritto:",
    "es": f"El lun, 23 nov 2026 a las 14:05, {WHO} escribió:",
    "hu": f"{WHO} ezt írta (időpont: 2026. nov. 23., H, 14:05):",
}
APPLE = {
    "ro": "Pe 23 nov. 2026, la 14:05, Clinica Zâmbet <office@zambet.example> a scris:",
    "en": "On 23 Nov 2026, at 14:05, Clinica Zâmbet <office@zambet.example> wrote:",
    "de": "Am 23.11.2026 um 14:05 schrieb Clinica Zâmbet <office@zambet.example>:",
    "fr": "Le 23 nov. 2026 à 14:05, Clinica Zâmbet <office@zambet.example> a écrit :",
    "it": "Il giorno 23 nov 2026, alle ore 14:05, Clinica Zâmbet <office@zambet.example> ha scritto:",
    "es": "El 23 nov 2026, a las 14:05, Clinica Zâmbet <office@zambet.example> escribió:",
    "hu": "2026. nov. 23. dátummal, 14:05 időpontban Clinica Zâmbet <office@zambet.example> írta:",
}
THUNDERBIRD = {
    "ro": "La 23.11.2026 14:05, Clinica Zâmbet a scris:",
    "en": "On 23/11/2026 14:05, Clinica Zâmbet wrote:",
    "de": "Am 23.11.26 um 14:05 schrieb Clinica Zâmbet:",
    "fr": "Le 23/11/2026 à 14:05, Clinica Zâmbet a écrit :",
    "it": "Il 23/11/2026 14:05, Clinica Zâmbet ha scritto:",
    "es": "El 23/11/2026 a las 14:05, Clinica Zâmbet escribió:",
    "hu": "2026. 11. 23. 14:05 keltezéssel, Clinica Zâmbet írta:",
}
OUTLOOK = {
    "ro": f"De la: {WHO}\nTrimis: luni, 23 noiembrie 2026 14:05\nCătre: Ana <ana@example.ro>\nSubiect: Programare",
    "en": f"From: {WHO}\nSent: Monday, 23 November 2026 14:05\nTo: Ana <ana@example.ro>\nSubject: Visit",
    "de": f"Von: {WHO}\nGesendet: Montag, 23. November 2026 14:05\nAn: Ana <ana@example.ro>\nBetreff: Termin",
    "fr": f"De : {WHO}\nEnvoyé : lundi 23 novembre 2026 14:05\nÀ : Ana <ana@example.ro>\nObjet : Rendez-vous",
    "it": f"Da: {WHO}\nInviato: lunedì 23 novembre 2026 14:05\nA: Ana <ana@example.ro>\nOggetto: Visita",
    "es": f"De: {WHO}\nEnviado: lunes, 23 de noviembre de 2026 14:05\nPara: Ana <ana@example.ro>\nAsunto: Cita",
    "hu": f"Feladó: {WHO}\nElküldve: 2026. november 23., hétfő 14:05\nCímzett: Ana <ana@example.ro>\nTárgy: Időpont",
}
SEPARATORS = {
    "ro": "-----Mesaj original-----",
    "en": "-----Original Message-----",
    "de": "-----Ursprüngliche Nachricht-----",
    "fr": "-----Message d'origine-----",
    "it": "-----Messaggio originale-----",
    "es": "-----Mensaje original-----",
    "hu": "-----Eredeti üzenet-----",
}
DEVICES = {
    "ro": "Trimis de pe iPhone-ul meu",
    "en": "Sent from my iPhone",
    "de": "Von meinem iPhone gesendet",
    "fr": "Envoyé de mon iPhone",
    "it": "Inviato da iPhone",
    "es": "Enviado desde mi iPhone",
    "hu": "iPhone-omról küldve",
}
LANGUAGES = tuple(GMAIL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("introductions", [GMAIL, APPLE, THUNDERBIRD], ids=["gmail", "apple", "thunderbird"])
def test_marked_quotations_go_with_their_introduction(introductions: dict[str, str], language: str) -> None:
    introduction = introductions[language]
    assert own_words(f"{OWN}\n\n{introduction}\n\n{MARKED}\n") == OWN
    assert own_words(f"{OWN}\r\n\r\n{introduction}\r\n{MARKED}".replace("\n", "\r\n")) == OWN
    assert own_words(f"{OWN}\n\n{introduction}\n\n{QUOTED}") == OWN, "quoted without marks"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_introduction_that_was_wrapped(language: str) -> None:
    words = GMAIL[language].split(" ")
    half = len(words) - 3
    wrapped = " ".join(words[:half]) + "\n" + " ".join(words[half:])
    assert own_words(f"{OWN}\n\n{wrapped}\n\n{MARKED}") == OWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_outlook_repeats_the_head(language: str) -> None:
    for head in (
        OUTLOOK[language],
        f"________________________________\n{OUTLOOK[language]}",
        f"{SEPARATORS[language]}\n{OUTLOOK[language]}",
        OUTLOOK[language].replace(":", ":*", 1).replace("", "*", 1),
    ):
        assert own_words(f"{OWN}\n\n{head}\n\n{QUOTED}") == OWN, head


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_telephone_adds_goes(language: str) -> None:
    assert own_words(f"{OWN}\n\n{DEVICES[language]}") == OWN
    assert own_words(f"{OWN}\n\n{DEVICES[language]}\n\n{APPLE[language]}\n\n{MARKED}") == OWN


def test_a_signature_goes() -> None:
    assert own_words(f"{OWN}\n\n-- \nAna Pop\nStr. Lungă 5\n+40 722 000 001") == OWN


def test_answers_between_the_quoted_lines_are_kept() -> None:
    text = f"{GMAIL['en']}\n> Which day suits you?\nTuesday.\n> At what time?\nAt ten."
    assert own_words(text) == "Tuesday.\nAt ten."


def test_a_message_that_only_hands_something_on_is_kept_whole() -> None:
    text = f"---------- Forwarded message ---------\n{OUTLOOK['en']}\n\n{QUOTED}"
    assert own_words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Bună ziua, doctorul mi-a scris: aveți nevoie de un implant. Cât costă?",
        "On Monday my dentist wrote: you need a crown.\nWhat does it cost?",
        "Am Montag schrieb mir Ihre Kollegin: bitte nüchtern kommen.\nStimmt das?",
        "De la: Cluj\nVreau o programare.",
        "From: Cluj to Bucharest is far.\nTo: be honest, I am afraid.\nWhat can I do?",
        "Opțiuni:\n- implant\n- coroană\n---\nCe recomandați?",
        "Scriu de pe telefonul soțului.",
        "On 12.10.2026 I had an extraction.\nIt still hurts.",
        "In 2020 am avut un implant si doctorul a scris in fisa: osteointegrare buna.",
        "Sent from my dentist to you: an X-ray from my last visit to the clinic in Cluj, please look at it carefully!",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert own_words(text) == text


LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from([*GMAIL.values(), *THUNDERBIRD.values(), *SEPARATORS.values(), *DEVICES.values()]),
        st.sampled_from(
            ["> quoted", "-- ", "", "________________________", "From: a@b.example", "Sent: now", "To: c"]
        ),
    ),
    max_size=25,
).map("\n".join)


@given(LINES)
def test_nothing_is_invented_and_nothing_breaks(text: str) -> None:
    own = own_words(text)
    plain = {line.strip() for line in text.replace("\r", "\n").replace("\u00a0", " ").split("\n")}
    assert all(line.strip() in plain for line in own.split("\n") if line)
    assert bool(own) == bool(text.replace("\u00a0", " ").strip())


@given(
    own=st.lists(
        st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=50), min_size=1, max_size=6
    ),
    introduction=st.sampled_from(
        [*GMAIL.values(), *APPLE.values(), *THUNDERBIRD.values(), *SEPARATORS.values()]
    ),
    quoted=LINES,
)
def test_the_quotation_never_comes_through(own: list[str], introduction: str, quoted: str) -> None:
    said = "\n".join(own)
    marked = "\n".join(f"> {line}" for line in quoted.replace("\r", "\n").split("\n"))
    assert own_words(f"{said}\n\n{introduction}\n{marked}") == own_words(said)


@pytest.mark.parametrize(
    "line", ["on " * 40_000, "am schrieb " * 20_000, "a scris " * 30_000, "> " * 50_000, "-" * 90_000]
)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    started = time.monotonic()
    own_words("\n".join([line] * 5 + ["<a@b> a scris"] * 3000))
    assert time.monotonic() - started < 2


HTML_MAILS = {
    "gmail": f'<div dir="ltr">Da, perfect.<br>Ana</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    f'Dňa po 23. 11. 2026 napísal(a):<br></div><blockquote class="gmail_quote"><p>{QUOTED}</p></blockquote></div>',
    "outlook": '<html><head><style>p{}</style></head><body><p class="MsoNormal">Da, perfect.<br>Ana</p>'
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> office@zambet.example<br><b>Sent:</b> now'
    f"</div><div>{QUOTED}</div></body></html>",
    "apple": f'<body>Da, perfect.<div>Ana</div><div><br><blockquote type="cite">On 23 Nov 2026, at 14:05, Clinica '
    f"&lt;office@zambet.example&gt; wrote:<br></blockquote></div><blockquote type='cite'>{QUOTED}</blockquote></body>",
    "thunderbird": '<p>Da, perfect.<br>Ana</p><div class="moz-cite-prefix">On 23/11/2026 14:05, Clinica wrote:<br></div>'
    f'<blockquote type="cite"><p>{QUOTED}</p></blockquote>',
}


@pytest.mark.parametrize("program", HTML_MAILS)
def test_mails_in_html_only(program: str) -> None:
    assert own_words(to_text(HTML_MAILS[program])) == "Da, perfect.\nAna"


def test_html_as_it_would_be_read() -> None:
    markup = (
        "<title>x</title><style>p{color:red}</style><div style='display:none'>preheader</div><h1>Oferta</h1>"
        "<p>Un&nbsp;implant: 500&euro; &lt;preț&gt;</p><ul><li>unu</li><li>doi</li></ul><script>alert(1)</script>"
        "<table><tr><td>a</td><td>b</td></tr></table><p>Gata"
    )
    assert to_text(markup) == "Oferta\n\nUn implant: 500€ <preț>\n\n- unu\n- doi\n\nab\n\nGata"


@given(
    st.lists(
        st.sampled_from(
            ["<div>", "</div>", "<p", ">", "<blockquote>", "</p>", "<br>", "x", "<!--", "&#", "<pre>", "\n"]
        )
    )
)
def test_broken_html_is_read_too(parts: list[str]) -> None:
    own_words(to_text("".join(parts)))


def test_html_of_any_depth_is_read() -> None:
    """In one pass: what walked back through the depth each time would not be done before the suite's time is up."""
    assert to_text("<div>x" * 60_000 + "</p>" * 60_000).count("x") == 60_000
