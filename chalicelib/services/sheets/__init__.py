"""Whole catalogues: presets, and implementation lists as tables. Pure."""
