"""What users read, in one place: one plain sentence and a next step for each code, reason and refusal.

What comes from outside (names, prompts, the service's words) passes through `text.plain` before it is shown.
"""
