"""HTTP routes, a Blueprint by audience: the public, residents, officers, publishers."""
