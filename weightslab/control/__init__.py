"""Pause, resume, audit: what stops a training between two steps, or lets it go on."""
