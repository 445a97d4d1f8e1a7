"""The screens of rules: the list in order of precedence, and the form with its preview."""
