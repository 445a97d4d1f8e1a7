"""Keeps secrets out of the logs: one filter, put on every handler."""

import logging
import re

MASK = "[redacted]"
_RULES = (
    # Header or field called like a secret, with its value, in any of the usual spellings.
    re.compile(
        r"(?i)(?P<keep>[\"']?\b[\w-]*(?:authorization|signature|secret|token|password|passwd|api[-_]?key|cookie)\b"
        r"[\"']?\s*[:=]\s*)(?:b?\"[^\"]*\"|b?'[^']*'|(?:(?:Bearer|Basic|Token)\s+)?[^\s,;&\"'}\])]+)"
    ),
    re.compile(r"(?i)(?P<keep>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"(?P<keep>\bwhsec_)[A-Za-z0-9+/=_-]+"),
    re.compile(r"(?P<keep>://[^/\s:@]*:)[^@\s/]+(?=@)"),
)


def redact(text: str) -> str:
    """The text with each secret's value replaced by `[redacted]`; its name stays."""
    for rule in _RULES:
        text = rule.sub(lambda match: match["keep"] + MASK, text)
    return text


class RedactingFilter(logging.Filter):
    """Rewrites the finished message and the traceback text, so that arguments cannot slip through."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
