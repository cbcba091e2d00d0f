"""Mail: what the clinic sends arrives here, and patients write from here."""
