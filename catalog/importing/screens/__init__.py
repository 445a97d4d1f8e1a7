"""The pages of an import, in the order a person meets them: overview (list, upload), columns (mapping), run (plan, progress, report)."""
