"""The keys under which the web application holds what its handlers need."""

from aiohttp import web

from bot.channels.web.api import ReplyRequest
from bot.channels.web.cached import CachedResponse, ResponseCache
from bot.channels.web.cors import Cors
from bot.channels.web.forwarded import TrustedProxies
from bot.channels.web.pages import Pages
from bot.channels.web.rate_limit import RateLimiter
from bot.engine import Engine
from bot.settings import Settings

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)
SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
PROXIES: web.AppKey[TrustedProxies] = web.AppKey("proxies", TrustedProxies)
LIMITER: web.AppKey[RateLimiter] = web.AppKey("limiter", RateLimiter)
CORS: web.AppKey[Cors] = web.AppKey("cors", Cors)
BODY_SECONDS: web.AppKey[float] = web.AppKey("body_seconds", float)  # a body has this many seconds to arrive
WEBHOOKS: web.AppKey[set[str]] = web.AppKey("webhooks", set)  # paths whose handlers check sender and size themselves
PAGES: web.AppKey[Pages] = web.AppKey("pages", Pages)
CACHE: web.AppKey[ResponseCache] = web.AppKey("cache", ResponseCache)
POLICY: web.AppKey[str] = web.AppKey("policy", str)  # the Content-Security-Policy without its frame-ancestors
EMBED: web.AppKey[CachedResponse] = web.AppKey("embed", CachedResponse)
STATIC_FILES: web.AppKey[dict[str, CachedResponse]] = web.AppKey("static_files", dict)
OPENAPI: web.AppKey[CachedResponse] = web.AppKey("openapi", CachedResponse)
REQUEST_MODEL: web.AppKey[type[ReplyRequest]] = web.AppKey("request_model", type)
LAST_RESORT: web.AppKey[dict[str, str]] = web.AppKey("last_resort", dict)  # the API's, as JSON by language
