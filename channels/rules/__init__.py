"""What the law asks of an offer, as conditional groups of requirements: by category, family, destination and date."""
