"""Writes the demo catalogue into the database, through the same doors as everybody else."""
