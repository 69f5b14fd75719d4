"""Cases: submit, act, envelopes, effects, clocks; the case table."""
