"""`python -m medicalcor`: the command line without relying on where it was installed."""

from medicalcor.cli.main import main

main()
