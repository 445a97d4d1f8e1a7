"""From a stale listing to what the channel shows: claim, prepare, send, settle, follow up, sweep, reconcile.

The rows are the truth. No task, message or process has to survive for a sheet to arrive.
"""
