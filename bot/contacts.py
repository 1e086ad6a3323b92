"""Resource -> Contact: placeholders filled, phone numbers printed, tel:, sms: and https: links made."""

import re

from bot.schema import Resource


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


def _printed_number(resource: Resource) -> str:
    printed = resource.call
    if resource.ext:
        printed += f" ext. {resource.ext}"
    return printed


def _tel(resource: Resource) -> str:
    digits = re.sub(r"\D", "", resource.call)
    number = _international(digits, resource.country)
    return f"tel:{number},{resource.ext}" if resource.ext else f"tel:{number}"


def _sms(to: str, word: str, country: str) -> str:
    number = _international(re.sub(r"\D", "", to), country)
    return f"sms:{number}?&body={word}" if word else f"sms:{number}"


def _international(digits: str, country: str) -> str:
    """A number as a phone abroad would dial it; short codes stay as they are."""
    if len(digits) <= 6:
        return digits
    if country in ("US", "CA"):
        return f"+{digits}" if len(digits) == 11 else f"+1{digits}"
    return f"+{digits}"
