"""What the topology promises, each tried against the running parts."""

import ssl
import time
from collections.abc import Iterator
from typing import Final

import httpx

from scripts.loopback.found import Check, Found, same, within
from scripts.loopback.parts import Replica, Topology
from scripts.loopback.slow import slow_clients
from scripts.loopback.trying import ASKERS, QUESTIONS, Asking, events, until
from scripts.loopback.versions import index_switch, object_store

_ASKING_SECONDS: Final = 12.0


def answers(run: Topology) -> Iterator[Found]:
    """Pages, answers and health come through the proxy; what is for operators does not."""
    with httpx.Client(base_url=run.proxy.address, timeout=30) as http:
        said = http.post("/api/ask", json={"question": QUESTIONS[0]}).json()
        yield same("an answer with its citation", f"{said['outcome']}, {len(said['citations'])}", "answered, 1")
        page = http.get("/")
        yield same("the page", f"{page.status_code} {page.headers.get('content-encoding')}", "200 gzip")
        form = http.post("/ask", data={"question": QUESTIONS[1]}, follow_redirects=True)
        yield same("a question by the form, without JavaScript", form.status_code, 200)
        shut = [http.get(path).status_code for path in ("/healthz", "/metrics", "/readyz")]
        yield same("/healthz, /metrics, /readyz from outside", shut, [200, 404, 404])


def headers(run: Topology) -> Iterator[Found]:
    """Each safe header once, also where nginx answers alone; over TLS cookies are secure."""
    safe = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control")
    refused = httpx.post(f"{run.proxy.address}/api/ask", content=b"x" * 20_000)
    yield same("a body of 20 kB", refused.status_code, 413)
    for name, answer in (("page", httpx.get(run.proxy.address)), ("refusal by nginx", refused)):
        counts = {header: len(answer.headers.get_list(header)) for header in safe}
        yield same(f"safe headers of a {name}, each", sorted(set(counts.values())), [1])
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    origin = {"origin": run.proxy.secure}
    with httpx.Client(base_url=run.proxy.secure, verify=trusting, headers=origin, timeout=30) as secure:
        cookie = secure.post("/api/ask", json={"question": QUESTIONS[0]}).headers.get("set-cookie", "")
        yield same("the cookie over TLS says Secure", "Secure" in cookie, True)
        kept = secure.get("/").headers.get("strict-transport-security", "")
        yield same("Strict-Transport-Security", kept, "max-age=31536000")


def streams(run: Topology) -> Iterator[Found]:
    """The first event is there before the last one: nothing on the way collects them."""
    gaps = {}
    for name, address in (("direct", run.replicas[0].address), ("through the proxy", run.proxy.address)):
        times, kinds = events(address, QUESTIONS[2])
        gaps[name] = times[-1] - times[0]
        yield same(f"events, {name}", kinds, ["stage", "sentence", "answer"])
    within = gaps["through the proxy"] * 1000
    yield Found("first to last event, through the proxy", f"{within:.0f} ms", "more than 0", within > 0.5)


def limits(run: Topology) -> Iterator[Found]:
    """Replicas count a conversation's questions together, in Redis."""
    began = httpx.post(f"{run.replicas[0].address}/api/ask", json={"question": QUESTIONS[0]}, timeout=30).json()
    asked = {"question": QUESTIONS[1], "conversation": began["conversation"]}
    statuses = [
        httpx.post(f"{run.replicas[number % 2].address}/api/ask", json=asked, timeout=30).status_code
        for number in range(30)
    ]
    passed = statuses.count(200)
    yield Found("30 questions of one conversation, at both", f"{passed} answered", "5 to 16", 5 <= passed <= 16)
    yield same("the others", sorted(set(statuses) - {200}), [429])


def killed(run: Topology) -> Iterator[Found]:
    """One replica dies and comes back while many ask; nobody is left without an answer."""
    victim = run.replicas[0]
    asked = Asking(run.proxy.address)
    with asked.going_on():
        time.sleep(_ASKING_SECONDS / 4)
        victim.kill()
        time.sleep(_ASKING_SECONDS / 2)
        victim.start()
        victim.until_ready()
        back_at = len(run.proxy.log.read_text().splitlines())
        time.sleep(_ASKING_SECONDS / 4)
    counts = asked.counts
    yield Found(
        "questions asked while a replica is killed (SIGKILL)", str(counts.total()), "more than 50", counts.total() > 50
    )
    lost = counts.total() - counts["answered"] - counts["answered when asked again"]
    yield same("of them without an answer", lost, 0)
    again = counts["answered when asked again"]
    yield Found("of them streams cut off and asked again", str(again), f"at most {ASKERS}", again <= ASKERS)
    since = run.proxy.log.read_text().splitlines()[back_at:]
    yield same("the replica is asked again after its return", any(f":{victim.port}" in line for line in since), True)


def sign_out_and_off(run: Topology) -> Iterator[Found]:
    """What is signed out or switched off at one replica is so at the other."""
    one, other = run.replicas
    link = run.run("server.py", "--sign-in-link", PORT=str(one.port)).strip()
    with httpx.Client(timeout=30) as browser:
        browser.get(link, follow_redirects=True)
        cookies = dict(browser.cookies.items())
        there = httpx.get(f"{other.address}/secretariat/settings", cookies=cookies)
        yield same("who signed in at one is signed in at the other", there.status_code, 200)

        _turn(browser, one, "off")
        took, _ = until(lambda: _status(other), lambda status: status == 503)
        yield within("answers switched off at one are off at the other after", took, 5)
        _turn(browser, one, "on")
        until(lambda: _status(other), lambda status: status == 200)

        browser.post(f"{one.address}/secretariat/sign-out", headers={"origin": one.address})
    left = httpx.get(f"{other.address}/secretariat/settings", cookies=cookies)
    yield same("who signed out at one is signed out at the other", left.status_code in (303, 401, 403), True)


CHECKS: Final[tuple[Check, ...]] = (
    answers,
    headers,
    streams,
    limits,
    killed,
    slow_clients,
    index_switch,
    object_store,
    sign_out_and_off,
)


def _status(replica: Replica) -> int:
    asked = {"question": QUESTIONS[0]}
    return httpx.post(f"{replica.address}/api/ask", json=asked, timeout=30).status_code


def _turn(browser: httpx.Client, replica: Replica, to: str) -> None:
    browser.post(
        f"{replica.address}/secretariat/settings/chat",
        data={"to": to, "reason": "the topology is tried"},
        headers={"origin": replica.address},
    )
