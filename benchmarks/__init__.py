"""Measured figures, each beside a reference of the same run. Nothing is tested here."""
