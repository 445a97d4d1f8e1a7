"""Files and cells that nobody made by hand. `make fuzz` (FUZZ_MINUTES=60) lets atheris look for what breaks them by what
their code does; the suite tries some hundred of each kind."""
