"""Asks the model provider whether the configured models exist and for how long."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

#: A model that ends within this time is worth a warning at every deployment.
WARN_WITHIN = timedelta(days=60)
_TIMEOUT_SECONDS = 10
#: The list of models is some hundred kilobytes at most.
_MAX_BYTES = 8 * 1024 * 1024


@dataclass
class Verdict:
    """What was found out."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(base_url: str, api_key: str | None, models: dict[str, str], strict: bool, today: date | None = None) -> Verdict:
    """`models` maps parameter names to model names. `strict`: an unknown model is a problem, not a warning."""
    verdict = Verdict()
    if not api_key:
        verdict.warnings.append("models not checked: the OpenAI key may not be read with these credentials")
        return verdict
    try:
        listed = _list(base_url, api_key)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            verdict.problems.append(
                f"{base_url} refuses the OpenAI key (HTTP {error.code}): put a working one into voice-parser/.env and run "
                "`make secrets-update`"
            )
        else:
            verdict.warnings.append(f"models not checked: {base_url}/models answers HTTP {error.code}")
        return verdict
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        verdict.warnings.append(f"models not checked: {base_url}/models does not answer ({reason})")
        return verdict
    today = today or datetime.now(timezone.utc).date()
    for parameter, model in models.items():
        if model not in listed:
            text = f"{parameter}: {base_url} does not offer the model {model!r} to this key"
            (verdict.problems if strict else verdict.warnings).append(
                f"{text}: choose another, or SKIP_MODEL_CHECK=1 if you know better" if strict else text
            )
            continue
        end = _date(listed[model])
        if end is None:
            continue
        if end <= today:
            verdict.problems.append(f"{parameter}: the model {model} was shut down on {end}: choose its successor")
        elif end - today <= WARN_WITHIN:
            verdict.warnings.append(f"{parameter}: the model {model} is shut down on {end}, in {(end - today).days} days")
    return verdict


def _list(base_url: str, api_key: str) -> dict[str, object]:
    """Model → its shutdown date as sent, or None."""
    # The address comes from the parameter file, whose template accepts http(s) only.
    request = urllib.request.Request(  # noqa: S310
        f"{base_url}/models", headers={"Authorization": f"Bearer {api_key}"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
        document = json.loads(answer.read(_MAX_BYTES))
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise ValueError("not a list of models")
    return {
        str(model["id"]): model.get("shutdown_date") for model in document["data"] if isinstance(model, dict) and "id" in model
    }


def _date(value: object) -> date | None:
    """A date as text or as seconds since 1970."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, timezone.utc).date()
        if isinstance(value, str) and value:
            return date.fromisoformat(value[:10])
    except (ValueError, OverflowError, OSError):
        return None
    return None
