"""The providers, simulated. Speaks only HTTP with the rest of the system."""
