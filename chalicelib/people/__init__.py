"""People and organisations: who somebody is, and what they may do."""
