"""Service documents: check, compile, publish, read, validate answers."""
