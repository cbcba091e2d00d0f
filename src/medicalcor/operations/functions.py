"""What can be asked at the gateway, by name."""

from medicalcor.operations import ai
from medicalcor.operations.asks import Functions

FUNCTIONS: Functions = {
    **ai.FUNCTIONS,
}
