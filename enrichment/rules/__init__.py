"""Rules: when a product fits, then values are written: by hand, by the clock, or on each change.

current (the rules of now) → planning (which products, what would be written) → running (a run as a job), following (what
changed is looked at again). actions, calculating and reading say what is written; loops refuses rules that wake each other.
"""
