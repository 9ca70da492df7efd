"""The dashboards let in who has the token, and serve nothing but dashboards even then."""

import http.client
import re
import urllib.parse

import pytest

DASHBOARDS = ("coding_review", "retention_flows", "attainment_benchmark")
SOME_KERNEL = "00000000-0000-0000-0000-000000000000"
CLOSED_TO_STRANGERS = (
    "/",
    "/tree",
    "/voila/tree",
    "/voila/tree/golden",
    "/voila/files/coding_review.py",
    "/voila/files/golden/picture.png",
    "/voila/api/contents/",
    "/api/kernels",
    "/api/contents",
    "/api/sessions",
    f"/api/kernels/{SOME_KERNEL}",
    *(f"/voila/render/{name}.ipynb" for name in DASHBOARDS),
    "/voila/render/golden/published_absence.ipynb",
)
CLOSED_TO_EVERYBODY = (
    "/tree",
    "/voila/tree",
    "/voila/tree/golden",
    "/voila/files/coding_review.py",
    "/voila/files/packs.toml",
    "/voila/files/golden/picture.png",
    "/voila/api/contents/",
    "/api/kernels",
    "/api/contents",
    "/api/sessions",
    "/voila/render/golden/published_absence.ipynb",
    "/voila/render/../packs.toml",
    "/voila/render/packs.toml",
    "/voila/render/coding_review.py",
)
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Answer:
    """Status, headers and body of one request."""

    def __init__(self, address: str, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> None:
        host = urllib.parse.urlsplit(address).netloc
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        self.status = response.status
        self.headers = dict(response.getheaders())
        self.text = b"" if response.status == 101 else response.read()
        self.text = self.text.decode("utf-8")
        connection.close()


def with_token(served, path: str, **headers: str) -> Answer:
    return Answer(served.address, path, {"Authorization": f"token {served.token}", **headers})


@pytest.mark.parametrize("path", CLOSED_TO_STRANGERS)
def test_a_stranger_gets_nothing(served, path: str) -> None:
    answer = Answer(served.address, path)
    assert answer.status in (302, 403, 404), answer.status
    assert answer.status != 302 or answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("token", ["", "wrong", "None"])
def test_another_token_opens_nothing(served, token: str) -> None:
    assert Answer(served.address, f"/?token={token}").status == 302
    assert Answer(served.address, "/", {"Authorization": f"token {token}"}).status in (302, 403)


def test_a_stranger_cannot_join_a_kernel(served) -> None:
    assert Answer(served.address, f"/api/kernels/{SOME_KERNEL}/channels", WEBSOCKET).status == 403


def test_the_kernel_of_an_open_dashboard_is_closed_to_strangers(served) -> None:
    page = with_token(served, "/voila/render/attainment_benchmark.ipynb")
    kernel = re.search(r'"kernelId": ?"([0-9a-f-]{36})"', page.text)[1]
    assert Answer(served.address, f"/api/kernels/{kernel}").status in (302, 403)
    assert Answer(served.address, f"/api/kernels/{kernel}/channels", WEBSOCKET).status == 403
    assert Answer(served.address, f"/api/kernels/{kernel}", method="DELETE").status in (302, 403)
    assert with_token(served, f"/api/kernels/{kernel}").status == 200


@pytest.mark.parametrize("path", CLOSED_TO_EVERYBODY)
def test_even_with_the_token_there_is_nothing_but_dashboards(served, path: str) -> None:
    assert with_token(served, path).status == 404


def test_the_first_page_lists_the_dashboards_with_the_age_of_the_data(served, sample_workbench) -> None:
    page = with_token(served, "/")
    assert page.status == 200
    for name in DASHBOARDS:
        assert f'href="/voila/render/{name}.ipynb"' in page.text
    assert f"snapshot {sample_workbench.snapshot.created_at:%Y-%m-%d %H:%M}" in page.text
    for name in sample_workbench.organisations.values():
        assert name in page.text


def test_the_token_does_not_stay_in_the_address(served) -> None:
    answer = Answer(served.address, f"/?token={served.token}")
    assert (answer.status, answer.headers["Location"]) == (302, "/")


def test_a_request_under_another_host_name_is_refused(served) -> None:
    assert with_token(served, "/", Host="dashboards.example").status == 403


def test_pages_may_load_and_send_nothing_elsewhere(served) -> None:
    for path in ("/", "/voila/render/retention_flows.ipynb"):
        page = with_token(served, path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "http" not in policy and "*" not in policy.replace("ws://127.0.0.1:*", "").replace(
            "ws://localhost:*", ""
        )
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"', page.text) == []
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_dashboard_shows_no_source_and_takes_no_template_or_parameter_from_the_address(served) -> None:
    page = with_token(served, "/voila/render/coding_review.ipynb?template=reveal&theme=dark&audience=analyst")
    assert "open_workbench" not in page.text and "theme-dark" not in page.text and "reveal" not in page.text
    assert '<main id="rendered_cells"' in page.text
    assert served.token not in page.text


def test_the_log_holds_no_token(served) -> None:
    with_token(served, "/tree?token=" + served.token)
    assert served.token not in served.log.read_text(encoding="utf-8")
