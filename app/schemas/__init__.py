"""Pydantic models of what goes over the wire, grouped by what they describe."""
