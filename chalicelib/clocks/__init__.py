"""Office time: which days count, when a limit ends, and why. Pure: no I/O, no now()."""
