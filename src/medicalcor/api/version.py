"""Which MedicalCor this is."""

from importlib.metadata import version

VERSION = version("medicalcor")
