"""The libraries we are measured against, each in an environment of its own."""
