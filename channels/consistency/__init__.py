"""One product on all channels: its sheets laid side by side, line by line, and what in them contradicts."""
