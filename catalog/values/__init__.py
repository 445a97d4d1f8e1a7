"""What products say: keys, resolution, and the one door through which values change."""
