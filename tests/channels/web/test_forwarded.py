"""Behind proxies: whose address counts, which host is meant, whether it was TLS."""

import ipaddress

from fakes.web_kit import ask

LOCAL = (ipaddress.ip_network("127.0.0.0/8"),)


async def test_forwarded_addresses_count_only_from_a_trusted_proxy(start) -> None:
    client = await start(rate_limit=1)
    assert [(await ask(client, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0] for n in (1, 2)] == [200, 429]
    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    assert [(await ask(client, **{"X-Forwarded-For": f"192.0.2.{n}"}))[0] for n in (1, 2, 1)] == [200, 200, 429]


async def test_the_chain_is_read_from_the_right_so_that_nobody_chooses_an_address(start) -> None:
    client = await start(rate_limit=1, trusted_proxies=(*LOCAL, ipaddress.ip_network("10.0.0.0/8")))
    chains = ("192.0.2.9, 192.0.2.1", "192.0.2.8, 192.0.2.1, 10.1.1.1", "not an address, 192.0.2.1")
    assert [(await ask(client, **{"X-Forwarded-For": chain}))[0] for chain in chains] == [200, 429, 429]
    assert [(await ask(client, **{"X-Forwarded-For": "not an address"}))[0] for _ in range(2)] == [200, 429]


async def test_a_port_behind_an_address_makes_no_other_address(start) -> None:
    client = await start(rate_limit=1, trusted_proxies=LOCAL)
    chains = ("192.0.2.1:5000", "192.0.2.1:5001", "[2001:db8::1]:5000", "[2001:db8::1]:5001", "2001:db8::1")
    assert [(await ask(client, **{"X-Forwarded-For": chain}))[0] for chain in chains] == [200, 429, 200, 429, 429]


async def test_only_our_names_are_answered_to_once_they_are_known(start) -> None:
    client = await start(public_url="https://chat.example.org", allowed_hosts=("www.example.org",))
    for host, status in (
        ("chat.example.org", 200),
        ("CHAT.example.org:443", 200),
        ("www.example.org", 200),
        ("evil.example", 421),
        ("chat.example.org.evil.example", 421),
        ("chat.example.org@evil.example", 421),
        ("chat.example.org.", 200),
        ("", 421),
        ("[::1", 421),
    ):
        response = await client.get("/", headers={"Host": host})
        page = await response.text()
        assert response.status == status, host
        assert "tel:911" in page and "tel:988" in page
    response = await client.post("/api/reply", json={"text": "hi"}, headers={"Host": "evil.example"})
    assert (response.status, list(await response.json())) == (421, ["error"])
    assert (await client.get("/healthz", headers={"Host": "10.0.0.7:8080"})).status == 200


async def test_a_proxy_may_say_which_name_was_asked_for(start) -> None:
    told = {"Host": "10.0.0.7", "X-Forwarded-Host": "evil.example, chat.example.org"}
    for proxies, status in ((LOCAL, 200), ((), 421)):
        client = await start(public_url="https://chat.example.org", trusted_proxies=proxies)
        assert (await client.get("/", headers=told)).status == status
        lied = {"Host": "chat.example.org", "X-Forwarded-Host": "evil.example"}
        assert (await client.get("/", headers=lied)).status == (421 if proxies else 200)


async def test_any_name_is_answered_to_where_none_is_set(start) -> None:
    client = await start()
    assert (await client.get("/", headers={"Host": "whatever.example"})).status == 200


async def test_hsts_only_behind_tls(start) -> None:
    tls = {"X-Forwarded-Proto": "https"}
    for settings, headers, expected in (
        ({}, {}, False),
        ({}, tls, False),
        ({"trusted_proxies": LOCAL}, {}, False),
        ({"trusted_proxies": LOCAL}, {"X-Forwarded-Proto": "https, http"}, False),
        ({"trusted_proxies": LOCAL}, tls, True),
        ({"public_url": "https://127.0.0.1"}, {}, True),
        ({"public_url": "http://127.0.0.1"}, tls, False),
    ):
        client = await start(**settings)
        for path in ("/", "/nothing", "/emergency", "/api/reply"):
            response = await client.get(path, headers=headers)
            assert ("Strict-Transport-Security" in response.headers) is expected, (settings, headers, path)
