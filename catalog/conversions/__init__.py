"""Changing how an attribute's values are stored, once there are values: plan → start (the switch) → run (a job) → report."""
