"""Which pages of other origins may call the API."""

from typing import Any

from fakes.web_kit import ask

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


def cors(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("Access-Control")}


async def test_no_other_origin_may_use_the_api_unless_it_is_allowed(start) -> None:
    closed, opened = await start(), await start(api_origins=("https://app.example",))
    for client, origin in ((closed, "https://app.example"), (opened, "https://evil.example"), (opened, "null")):
        preflight = await client.options("/api/reply", headers={"Origin": origin, **PREFLIGHT})
        assert (preflight.status, cors(preflight.headers)) == (204, {})
        assert cors((await ask(client, Origin=origin))[2]) == {}


async def test_an_allowed_origin_may_and_caches_are_told(start) -> None:
    client = await start(api_origins=("https://app.example",), rate_limit=2)
    preflight = await client.options("/api/reply", headers={"Origin": "https://app.example", **PREFLIGHT})
    assert preflight.status == 204
    assert cors(preflight.headers) == {
        "Access-Control-Allow-Origin": "https://app.example",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": "600",
    }
    for body, status in (({"text": "hi"}, 200), ({}, 400), ({"text": "hi"}, 200), ({"text": "hi"}, 429)):
        response = await client.post("/api/reply", json=body, headers={"Origin": "https://app.example"})
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert response.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in response.headers
    assert (await client.post("/api/reply", json={})).headers["Vary"] == "Origin"
    assert cors((await client.get("/", headers={"Origin": "https://app.example"})).headers) == {}
