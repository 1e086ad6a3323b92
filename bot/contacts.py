"""Resource -> Contact: placeholders filled, phone numbers printed, tel:, sms: and https: links made."""

import re
from collections.abc import Iterable

from bot.dialogue import Contact, Way
from bot.schema import Content, Resource

_PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
_FROM_WORDS = ("name", "does", "how", "hours", "languages", "privacy")


class Contacts:
    """The resources of a content, in every language, ready to show."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._all = {
            lang: {id_: self._contact(lang, id_, resource) for id_, resource in content.resources.items()}
            for lang in content.languages
        }

    def of(self, lang: str, ids: Iterable[str]) -> tuple[Contact, ...]:
        """The contacts of these ids, in this order; KeyError for an id that resources.yaml doesn't have."""
        return tuple(self._all[lang][id_] for id_ in ids)

    def fill(self, lang: str, text: str, **values: str) -> str:
        """`text` with each {resource_id.field} replaced by what resources.yaml or _resources.yaml says, {name} by `values`.

        KeyError or AttributeError for a placeholder that `check` would refuse.
        """

        if "{" not in text:
            return text

        def value(found: re.Match[str]) -> str:
            id_, name = found.groups()
            if name is None:
                return values.get(id_, found[0])
            if name in _FROM_WORDS:
                return str(getattr(self._content.languages[lang].resource_words[id_], name))
            written = getattr(self._content.resources[id_], name)
            return str(written.get(lang, "")) if isinstance(written, dict) else str(written)

        return _PLACEHOLDER.sub(value, text)

    def _contact(self, lang: str, id_: str, resource: Resource) -> Contact:
        words = self._content.languages[lang].resource_words[id_]
        details = tuple(
            _sentence(self.fill(lang, part))
            for part in (words.hours, words.languages, words.privacy, words.how)
            if part
        )
        return Contact(id_, words.name, self.fill(lang, words.does), details, self._ways(lang, id_, resource))

    def _ways(self, lang: str, id_: str, resource: Resource) -> tuple[Way, ...]:
        shared = self._content.languages[lang].shared
        ways: list[Way] = []
        if resource.call:
            printed = _printed_number(resource)
            ways.append(Way("call", self.fill(lang, shared.button_call, number=printed), resource.call, _tel(resource)))
        if resource.text:
            word = resource.say.get(lang, "")
            label = (
                self.fill(lang, shared.button_text_word, word=word, number=resource.text)
                if word
                else self.fill(lang, shared.button_text, number=resource.text)
            )
            ways.append(Way("text", label, resource.text, _sms(resource.text, word, resource.country)))
        if resource.chat:
            ways.append(Way("chat", self.fill(lang, shared.button_chat), resource.chat, resource.chat))
        if resource.link:
            name = self._content.languages[lang].resource_words[id_].name
            ways.append(Way("open", self.fill(lang, shared.button_open, name=name), resource.link, resource.link))
        if resource.email:
            ways.append(Way("email", resource.email, resource.email, f"mailto:{resource.email}"))
        return tuple(ways)


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
