"""Seed calendars, ready to upload, and the script that makes them."""
