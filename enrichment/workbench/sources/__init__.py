"""Sources on one screen: who outranks whom, who may write what (matrix), what each holds (counting), over HTTP (views)."""
