"""The ports and their AWS adapters, settings, errors."""
