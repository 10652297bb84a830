"""Intake: from a file somebody exported to incidents that can be trusted, or a sentence that says why not."""
