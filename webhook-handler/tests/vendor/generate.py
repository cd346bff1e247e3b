"""Writes vendor_requests.json: requests signed, and judged, by Twilio's own Python library.

    .venv/bin/python webhook-handler/tests/vendor/generate.py

The requests are made up from a fixed seed, so a second run changes nothing. Some are as Twilio would send them; the
others were altered after signing. What the library says about each is recorded, and the tests expect the same of
webhook-handler. Only run it to cover more cases or a newer version of the library (requirements.txt).
"""

import hashlib
import json
import pathlib
import random
from urllib.parse import parse_qsl, quote, quote_plus

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

OUTPUT = pathlib.Path(__file__).parent.parent / "fixtures" / "vendor_requests.json"
FORM = "application/x-www-form-urlencoded"
VALID = 200
ALTERED = 200

NAMES = [
    "AccountSid", "ApiVersion", "Body", "ButtonPayload", "ButtonText", "ChannelMetadata", "ExternalUserId",
    "Forwarded", "From", "Label", "Latitude", "MediaContentType0", "MediaUrl0", "MessageSid", "MessageType",
    "NumMedia", "NumSegments", "ProfileName", "SmsSid", "SmsStatus", "To", "WaId", "body", "MessagingBinding.Address",
    "Zusätzlich", "新しい",
]  # fmt: skip
TEXTS = [
    "", " ", "hello", "café & 50% + 🚰", "a=b&c=d", "100% sure", "%41", "+61 491 570 156", "whatsapp:+61491570156",
    "line one\nline two\r\n", "\ttab", "\"quoted\" 'single'", "日本語のメモ", "e\u0301 and é", "\u200fשלום", "𝒳\U0010ffff",
    "~*-._!()", "a;b", "\x7f\x01", "null", "\u2028", "SMS0", "https://api.twilio.com/x?y=z#f",
]  # fmt: skip
URLS = [
    "https://hooks.example.com/webhook",
    "https://hooks.example.com:8443/webhook",
    "https://hooks.example.com:443/webhook",
    "http://127.0.0.1:4566/_aws/execute-api/abcd1234/$default/webhook",
    "http://hooks.example.com/webhook",
    "https://user:pass@hooks.example.com/dev/webhook",
    "https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/dev/webhook",
]
QUERIES = ["", "m=SM0123456789abcdef0123456789abcdef&p=1", "foo=1&bar=2", "x=a%20b&y=%2B", "z=1&z=2", "flag"]


class Form(dict):
    """Parameters with repeated names, as the library takes them."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs

    def getall(self, name):
        return [value for key, value in self.pairs if key == name]


def encode(pairs, rng):
    """The same form in one of the ways a sender may write it."""
    plain = rng.choice([quote_plus, lambda text: quote(text, safe=""), lambda text: quote_plus(text, safe="*:/'()")])
    return "&".join(f"{plain(name)}={plain(value)}" for name, value in pairs)


def made_up(rng):
    base = rng.choice(URLS)
    query = rng.choice(QUERIES)
    algorithm = rng.choice([HMAC_SHA1, HMAC_SHA256])
    token = rng.choice(["12345", "token with spaces", "ключ", "x" * 100])
    if rng.random() < 0.2:
        body = json.dumps({rng.choice(NAMES): rng.choice(TEXTS) for _ in range(4)}, ensure_ascii=rng.random() < 0.5)
        digest = hashlib.sha256(body.encode()).hexdigest()
        query = "&".join(filter(None, [query, f"bodySHA256={digest}"]))
        content_type, params = "application/json", {}
    else:
        pairs = [(rng.choice(NAMES), rng.choice(TEXTS)) for _ in range(rng.randint(0, 12))]
        body, content_type, params = encode(pairs, rng), FORM, Form(pairs)
    called = f"{base}?{query}" if query else base
    # What Twilio signs has the port or has not.
    signed = rng.choice([called, with_port(called)])
    return {
        "token": token,
        "algorithm": algorithm,
        "url": called,
        "content_type": content_type,
        "body": body,
        "signature": RequestValidator(token).compute_signature(signed, params, algorithm),
    }


def with_port(url):
    scheme, rest = url.split("://", 1)
    authority, path = rest.split("/", 1)
    if ":" in authority.rpartition("@")[2]:
        return url
    return f"{scheme}://{authority}:{443 if scheme == 'https' else 80}/{path}"


def altered(request, rng):
    request = dict(request)
    what = rng.choice(["body", "query", "signature", "token", "path", "truncate", "order", "algorithm", "repeat"])
    if what == "body":
        request["body"] += rng.choice(["&Extra=1", " ", "&Body=other", "x"])
    elif what == "query":
        request["url"] += ("&" if "?" in request["url"] else "?") + rng.choice(["z=1", "m=SM1"])
    elif what == "signature":
        request["signature"] = rng.choice(["NONSENSE", request["signature"][::-1], request["signature"][:-4], "===="])
    elif what == "token":
        request["token"] += "1"
    elif what == "path":
        request["url"] = request["url"].replace("webhook", "webhooks", 1)
    elif what == "truncate":
        request["body"] = request["body"][: len(request["body"]) // 2]
    elif what == "order" and request["content_type"] == FORM:
        pairs = request["body"].split("&")
        rng.shuffle(pairs)
        request["body"] = "&".join(pairs)
    elif what == "algorithm":
        request["algorithm"] = HMAC_SHA1 if request["algorithm"] == HMAC_SHA256 else HMAC_SHA256
    elif what == "repeat" and request["content_type"] == FORM and request["body"]:
        request["body"] += "&" + request["body"].split("&")[0]
    return request


def judged(request):
    if request["content_type"] == FORM:
        content = Form(parse_qsl(request["body"], keep_blank_values=True))
    else:
        content = request["body"]
    validator = RequestValidator(request["token"])
    verdict = validator.validate(request["url"], content, request["signature"], request["algorithm"])
    return {**request, "valid": verdict}


def main():
    rng = random.Random(20261120)
    requests = [judged(made_up(rng)) for _ in range(VALID)]
    assert all(request["valid"] for request in requests)
    requests += [judged(altered(made_up(rng), rng)) for _ in range(ALTERED)]
    OUTPUT.write_text(json.dumps(requests, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(requests)} requests, {sum(request['valid'] for request in requests)} valid")


if __name__ == "__main__":
    main()
