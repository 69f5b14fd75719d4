"""The logic of a service: what shows, what is computed, decision tables. Pure."""
