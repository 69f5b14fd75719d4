"""What a service document must be before it is published: every finding with its place."""
