"""What is said about models that end, are unknown, or cannot be asked about."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deployer import models

TODAY = date(2026, 11, 20)


class Provider(BaseHTTPRequestHandler):
    status = 200
    listing = (
        {"id": "lasting", "shutdown_date": None},
        {"id": "ending", "shutdown_date": "2027-01-14"},
        {"id": "ending-as-number", "shutdown_date": 1796947200},  # 2026-12-11
        {"id": "over", "shutdown_date": "2026-11-20"},
        {"id": "far", "shutdown_date": "2027-02-26T00:00:00Z"},
    )

    def do_GET(self):
        self.server.authorization = self.headers["Authorization"]
        body = json.dumps({"object": "list", "data": self.listing}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider():
    server = HTTPServer(("127.0.0.1", 0), Provider)
    server.status = 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(provider, *names, key="sk-test", strict=True):
    chosen = {f"Model{index}": name for index, name in enumerate(names)}
    return models.check(f"http://127.0.0.1:{provider.server_port}/v1", key, chosen, strict, TODAY)


def test_a_lasting_model_is_fine(provider):
    verdict = ask(provider, "lasting", "far")
    assert (verdict.problems, verdict.warnings) == ([], [])
    assert provider.authorization == "Bearer sk-test"


def test_an_ending_model_is_a_warning(provider):
    verdict = ask(provider, "ending", "ending-as-number")
    assert not verdict.problems
    assert "in 55 days" in verdict.warnings[0]
    assert "2026-12-11" in verdict.warnings[1]


def test_a_model_that_is_over_is_refused(provider):
    assert "was shut down on 2026-11-20" in ask(provider, "over").problems[0]


def test_an_unknown_model_is_refused_where_it_matters(provider):
    assert "does not offer the model 'nope'" in ask(provider, "nope").problems[0]
    assert not ask(provider, "nope", strict=False).problems


def test_a_refused_key_is_a_problem(provider):
    provider.status = 401
    assert "refuses the OpenAI key" in ask(provider, "lasting").problems[0]


def test_without_an_answer_nothing_is_decided(provider):
    provider.status = 500
    assert "HTTP 500" in ask(provider, "over").warnings[0]
    assert "may not be read" in ask(provider, "over", key=None).warnings[0]
    provider.shutdown()
    provider.server_close()
    assert "does not answer" in ask(provider, "over").warnings[0]
