"""Comments over HTTP: the panel of a product, saying something, whom one can name."""
