"""What holds for every answer of the data API beyond what its description says."""

import schemathesis

PROBLEM = "application/problem+json"

# Parameters whose values are refused for reasons no description can tell, and the reason.
BEYOND_THE_DESCRIPTION = {
    "cursor": "sealed by the API",
    "nextContinuationToken": "sealed by the API",
    "company_id": "some words are folders of the system",
    "key": "some words are folders of the system",
    "from": "a range ends after it starts, and an export has a largest size",
    "client_ids": "the client has to be in the list",
    "action_items": "an item has to be there, and has a text or an id",
    "expires_at": "an expiry is in the future",
    "companies": "some words are folders of the system",
    "phone_number": "a number, spaced as people write it; it or a user_id is needed",
    "to": "a number, spaced as people write it",
    "user_id": "spaces around it do not count",
    "locale": "spaces around it do not count",
    "time_zone": "the zone has to exist",
    "q": "spaces alone are no words",
    "body": "a table of clients names its columns",
    **dict.fromkeys(
        ["label", "name", "role", "title", "summary", "job", "context", "reason"],
        "neither blank nor with control characters",
    ),
}


def is_the_gateways(case):
    """An HTTP API without CORS settings hands OPTIONS to the function; the emulator answers it itself, with 403."""
    return case.method.upper() == "OPTIONS"


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """What fits the description is done, or refused for a reason the description cannot tell, which is named."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    parameter = response.json().get("parameter")
    assert parameter in BEYOND_THE_DESCRIPTION, f"data that fits is refused, naming {parameter!r}"


@schemathesis.check
def a_refusal_is_a_problem_document(ctx, response, case):
    """RFC 9457, with the id of the request; a 400 names what was wrong, a 401 and a 405 say what would be right."""
    if response.status_code < 400 or is_the_gateways(case):
        return
    content_type = response.headers.get("content-type", [""])[0]
    assert content_type == PROBLEM, f"{response.status_code} as {content_type!r}"
    # HEAD has no body.
    if case.method.upper() != "HEAD":
        problem = response.json()
        assert problem["status"] == response.status_code
        assert [problem["request_id"]] == response.headers.get("x-request-id"), "the request is named twice"
        if response.status_code == 400:
            assert problem["parameter"], "a 400 without a parameter"
    needed = {401: "www-authenticate", 405: "allow", 503: "retry-after"}.get(response.status_code)
    assert needed is None or needed in response.headers, f"{response.status_code} without {needed}"


@schemathesis.check
def nothing_may_be_kept(ctx, response, case):
    """Answers with somebody's words in them are kept by no cache and taken for nothing else."""
    if is_the_gateways(case):
        return
    assert response.headers.get("cache-control") == ["no-store"], "it may be kept by a cache"
    assert response.headers.get("x-content-type-options") == ["nosniff"], "its type may be guessed"
