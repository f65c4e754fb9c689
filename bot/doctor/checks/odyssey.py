"""Whether Odyssey can be reached, and takes the key."""

from collections.abc import AsyncIterator

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.odyssey import (
    Odyssey,
    OdysseyAuthError,
    OdysseyConnectionError,
    OdysseyError,
    OdysseyUsageError,
    Timeouts,
)
from bot.process.setting_values import is_loopback

ASK_S = 10.0


async def check(case: Case) -> AsyncIterator[Finding]:
    if not case.knows("odyssey_api_key", "odyssey_api_url"):
        yield warning("odyssey", "It was not asked: its settings cannot be read.", "Mend the settings first.")
        return
    url = case.settings.odyssey_api_url
    if url.startswith("http:") and not is_loopback(url):
        yield warning("odyssey", "ODYSSEY_API_URL begins with http: others can read the key.", "Use https.")
    client = Odyssey(
        case.settings.odyssey_api_key.get_secret_value(), url, timeouts=Timeouts(request_s=ASK_S)
    )
    try:
        await client.list_stream_recordings(limit=1)
    except OdysseyAuthError as refused:
        yield _refused(refused)
    except OdysseyUsageError as limit:
        yield warning("odyssey", f"It takes the key, but: {limit.message}", "Look at the plan.")
    except OdysseyConnectionError as lost:
        yield error("odyssey", lost.message, "Check the network, ODYSSEY_API_URL, and proxies on the way.")
    except OdysseyError as problem:
        yield error(
            "odyssey",
            f"What answers there speaks otherwise than Odyssey ({problem.code}): {problem.message}",
            "Check ODYSSEY_API_URL.",
        )
    else:
        yield ok("odyssey", "It answers, and takes the key.")


def _refused(refused: OdysseyAuthError) -> Finding:
    if refused.code == "forbidden":
        return error("odyssey", f"It knows the key, but: {refused.message}", "Ask Odyssey about the account.")
    return error("odyssey", "It refuses ODYSSEY_API_KEY.", "Copy the key anew, or have another one made.")
