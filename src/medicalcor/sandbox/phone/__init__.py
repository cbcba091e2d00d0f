"""A page to play the patient."""
