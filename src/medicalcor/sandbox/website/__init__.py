"""A clinic's web page, with the form that it pasted in."""
