"""What an administrator is told about a document: advice, places, picture, rehearsal. Pure."""
