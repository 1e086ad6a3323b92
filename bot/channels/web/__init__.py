"""The web chat and its API."""
