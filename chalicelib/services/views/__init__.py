"""A form in the dialects and layouts that other libraries understand. Pure."""
