"""Words that every noun uses."""

from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

PersonId: TypeAlias = UUID
LeadId: TypeAlias = UUID
ConversationId: TypeAlias = UUID
MessageId: TypeAlias = UUID
CallId: TypeAlias = UUID
EffectId: TypeAlias = UUID
UserId: TypeAlias = UUID

Language: TypeAlias = Literal["ro", "en", "de", "it", "fr", "es", "hu"]
LANGUAGES: tuple[Language, ...] = ("ro", "en", "de", "it", "fr", "es", "hu")

AddressKind: TypeAlias = Literal["phone", "whatsapp_user", "email"]
Channel: TypeAlias = Literal["whatsapp", "voice", "web", "email"]
Role: TypeAlias = Literal["user", "assistant"]


class Classification(StrEnum):
    """4-5 HOT, 3 WARM, 2 COLD, 1 UNQUALIFIED (scoring rubric)."""

    HOT = "HOT"
    WARM = "WARM"
    COLD = "COLD"
    UNQUALIFIED = "UNQUALIFIED"

    @classmethod
    def of(cls, score: int) -> "Classification":
        return {5: cls.HOT, 4: cls.HOT, 3: cls.WARM, 2: cls.COLD, 1: cls.UNQUALIFIED}[score]


class Urgency(StrEnum):
    HIGH_PRIORITY = "high_priority"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Procedure(StrEnum):
    """Procedure codes of the scoring rubric."""

    ALL_ON_X = "all_on_x"
    IMPLANT = "implant"
    VENEERS = "veneers"
    CROWN = "crown"
    DENTURE = "denture"
    WHITENING = "whitening"
    CLEANING = "cleaning"
    FILLING = "filling"
    ROOT_CANAL = "root_canal"
    EXTRACTION = "extraction"
    ORTHODONTICS = "orthodontics"
    GUM_TREATMENT = "gum_treatment"
    SINUS_LIFT_BONE_GRAFT = "sinus_lift_bone_graft"
    PEDIATRIC = "pediatric"
    CONSULTATION = "consultation"
