"""Drafts that a model could write: bad ones with the reason, good ones. The price list has 650 and 900 euros."""

from collections.abc import Mapping

from medicalcor.schemas.common import Language

BAD: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "ro": (
        ("price", "Bună ziua! Un implant costă 500 de euro la noi."),
        ("price", "Bună ziua! Prețul este șase sute de euro pentru un implant."),
        ("diagnosis", "Din ce descrieți, aveți o infecție la măsea."),
        ("medicine", "Până atunci puteți lua un ibuprofen pentru durere."),
        ("promise", "Vă garantăm că veți avea un zâmbet frumos."),
        ("promise", "Tratamentul este complet fără durere, stați liniștit."),
        ("time", "Bună ziua! Vă așteptăm mâine la ora 10:00 în clinică."),
        ("time", "V-am programat pentru joi, vă așteptăm cu drag."),
        ("language", "Thank you for your message, our colleague will call you back soon."),
        ("link", "Găsiți toate detaliile pe www.clinica-noastra.ro, vă rugăm."),
    ),
    "en": (
        ("price", "Hello! An implant is 499 euros with us."),
        ("price", "We offer you a 15% discount this month."),
        ("diagnosis", "It sounds like you have an abscess in that tooth."),
        ("medicine", "Please take a painkiller until we see you."),
        ("promise", "Our implants last for life, we promise."),
        ("time", "We have a free slot on Thursday, shall I put you in?"),
        ("time", "See you tomorrow at 3 pm then."),
        ("language", "Vă mulțumim pentru mesaj, un coleg vă sună în curând."),
        ("link", "Book here: https://example.com/book"),
    ),
    "de": (
        ("price", "Guten Tag! Ein Implantat kostet bei uns fünfhundert Euro."),
        ("diagnosis", "Sie haben wahrscheinlich eine Entzündung an der Wurzel."),
        ("medicine", "Nehmen Sie bis dahin ein Schmerzmittel."),
        ("promise", "Die Behandlung ist garantiert schmerzfrei für Sie."),
        ("time", "Wir haben noch einen Termin frei, passt Ihnen das?"),
        ("time", "Dann sehen wir uns um 14 Uhr in der Praxis."),
        ("language", "Bună ziua, vă mulțumim pentru mesajul dumneavoastră."),
    ),
    "it": (
        ("price", "Buongiorno! Un impianto costa settecento euro da noi."),
        ("diagnosis", "Probabilmente si tratta di un ascesso al dente."),
        ("medicine", "Nel frattempo può prendere un antidolorifico."),
        ("promise", "Non sentirà alcun dolore, glielo assicuriamo."),
        ("time", "Abbiamo posto giovedì, la aspettiamo."),
        ("time", "La vediamo alle 15:30 in studio."),
        ("language", "Hello, thank you for writing to us, we will call you."),
    ),
    "fr": (
        ("price", "Bonjour ! Un implant coûte mille euros chez nous."),
        ("diagnosis", "Vous avez sûrement une carie profonde."),
        ("medicine", "Prenez un antidouleur en attendant."),
        ("promise", "Le traitement est sans douleur et garanti."),
        ("time", "Nous avons un créneau jeudi, cela vous va ?"),
        ("time", "Rendez-vous demain à 10h30 à la clinique."),
        ("language", "Guten Tag, vielen Dank für Ihre Nachricht an unsere Praxis."),
    ),
    "es": (
        ("price", "¡Buenos días! El implante cuesta quinientos euros."),
        ("diagnosis", "Parece que tiene una infección en la muela."),
        ("medicine", "Mientras tanto tome una pastilla de ibuprofeno."),
        ("promise", "El tratamiento no duele y quedará satisfecho."),
        ("time", "Tenemos un hueco el jueves para usted."),
        ("time", "Le esperamos a las 17:30 en la clínica."),
        ("language", "Hello, thank you for your message, we will call you soon."),
    ),
    "hu": (
        ("price", "Jó napot! Egy implantátum ötszáz euró nálunk."),
        ("diagnosis", "Önnek valószínűleg gyulladás van a foga alatt."),
        ("medicine", "Addig vegyen be egy fájdalomcsillapítót."),
        ("promise", "A kezelés teljesen fájdalommentes lesz Önnek."),
        ("time", "Van szabad időpontunk csütörtökön, megfelel?"),
        ("time", "Várjuk holnap 10:30-kor a rendelőben."),
        ("language", "Hello, thank you for your message, we will call you soon."),
    ),
}

GOOD: Mapping[Language, tuple[str, ...]] = {
    "ro": (
        "Bună ziua! Un implant costă între 650 și 900 de euro, în funcție de situație. Ce zi vi se potrivește? Aurora",
        "Suntem deschiși între 9:00 și 17:00. Cu ce vă putem ajuta? Aurora",
        "Bună ziua! Nu știm acum acest lucru; un coleg verifică și vă răspunde. Aurora",
    ),
    "en": ("Hello! An implant is 650 euros. Which day would suit you for a consultation? Aurora",),
    "de": ("Guten Tag! Ein Implantat kostet ab 650 Euro. Welcher Tag würde Ihnen passen? Aurora",),
    "it": ("Buongiorno! Un impianto costa da 650 euro. Quale giorno preferisce per una visita? Aurora",),
    "fr": ("Bonjour ! Un implant coûte à partir de 650 euros. Quel jour vous conviendrait ? Aurora",),
    "es": ("¡Buenos días! Un implante cuesta desde 650 euros. ¿Qué día le viene bien? Aurora",),
    "hu": ("Jó napot kívánunk! Egy implantátum 650 euró. Melyik nap felelne meg Önnek? Aurora",),
}
