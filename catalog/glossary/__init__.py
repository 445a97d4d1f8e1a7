"""The company's words in texts: terms (the glossary in memory) → check (what a text breaks, and its mending)."""

from catalog.glossary.check import Finding, check, mended
from catalog.glossary.terms import Glossary

__all__ = ["Finding", "Glossary", "check", "mended"]
