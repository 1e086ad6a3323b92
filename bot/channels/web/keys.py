"""The keys under which the web application holds what its handlers need."""

from aiohttp import web

from bot.channels.web.cached import Ready, Shelf
from bot.channels.web.pages import Pages
from bot.engine import Engine
from bot.settings import Settings

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)
PAGES: web.AppKey[Pages] = web.AppKey("pages", Pages)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
LAST: web.AppKey[dict[str, str]] = web.AppKey("last", dict)  # the API's last resort by language, ready to send
SHELF: web.AppKey[Shelf] = web.AppKey("shelf", Shelf)  # the pages that are the same for everybody
EMBED: web.AppKey[Ready] = web.AppKey("embed", Ready)
FILES: web.AppKey[dict[str, Ready]] = web.AppKey("files", dict)
DOCUMENT: web.AppKey[Ready] = web.AppKey("document", Ready)  # the description of the API
POLICY: web.AppKey[str] = web.AppKey("policy", str)
HTML = "text/html"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
