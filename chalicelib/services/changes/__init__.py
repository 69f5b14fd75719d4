"""What changed between two versions, with verdicts. Pure."""
