"""Words that the hands write and the invariants look for."""

ROLLED_BACK = "never saved"  # the English name in a save whose transaction was rolled back
