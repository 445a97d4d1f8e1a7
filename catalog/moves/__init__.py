"""Moving products: to another family or model, into one and out of one; making one of two, and two of one.

Each move is a list of ProductChanges, so that catalog.values.write.plan shows all it would do before it is done.
"""
