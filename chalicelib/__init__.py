"""Bancheng: a serverless form-and-workflow backend; see README.md for the map."""
