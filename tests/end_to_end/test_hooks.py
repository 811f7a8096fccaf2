#!/usr/bin/env -S python3 -B
"""The deliverer against receivers that fail, hang, refuse, and against an Alertmanager.
Usage: see cases.py."""
import email
import email.policy
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

from cases import Skip, case, equal, run_cases, until
from hooks import (Deliverer, Receiver, SmtpReceiver, firing_in, free_port, key_of, notification,
                   now_ms, self_signed, start_alertmanager)


def alert_story(alert, rule, repeats):
    """What is said of one alert, in its order."""
    return ([("firing", 0)] + [("repeated", number + 1) for number in range(repeats)] +
            [("resolved", 0)], alert, rule)


def notices_of_many_alerts():
    """1,000 in the order in which they happen: 50 alerts of 5 rules, 20 notices each."""
    stories = [alert_story(alert, f"rule {alert // 10}", 18) for alert in range(50)]
    return [(alert, state, rule, number)
            for first in range(0, 50, 10)
            for step in range(20)
            for told, alert, rule in stories[first:first + 10]
            for state, number in [told[step]]]


def unreliable(seed):
    """Takes four of five, and fails in some way each fifth time."""
    chance, lock = random.Random(seed), threading.Lock()

    def slowly(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
        for _ in range(20):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.01)

    def half(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        handler.hang_up()

    def hang(handler):
        time.sleep(2)
        handler.hang_up()

    ways = (lambda handler: handler.answer(500),
            lambda handler: handler.answer(429, [("Retry-After", "1")]),
            lambda handler: handler.answer(503, [("Retry-After", time.strftime(
                "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 1)))]),
            lambda handler: handler.hang_up(), half, hang)

    def behave(handler, request):
        del request
        with lock:
            failing = chance.random() < 0.2
            way = chance.choice(ways)
            slow = chance.random() < 0.1
        if failing:
            way(handler)
        elif slow:
            slowly(handler)
        else:
            handler.answer(200)
    return behave


def assert_told_in_order(receiver, told):
    """Each at least once; of each alert the first times in their order, so none after its end."""
    first = list(dict.fromkeys(notice["key"] for notice in receiver.notices()))
    equal(sorted(first), sorted(made["key"] for made in told), "keys that came")
    for alert in {made["alert"] for made in told}:
        equal([key for key in first if key.startswith(alert)],
              [made["key"] for made in told if made["alert"] == alert], f"order of {alert}")


@case(150)
def a_thousand_notices_reach_three_unreliable_hooks_in_order():
    receivers = [Receiver(unreliable(seed)) for seed in range(3)]
    hooks = [{"name": f"h{i}", "url": receiver.url(), "timeout_ms": 1000}
             for i, receiver in enumerate(receivers)]
    told = [notification(hook["name"], alert, state, rule, number)
            for alert, state, rule, number in notices_of_many_alerts() for hook in hooks]
    with Deliverer(*hooks) as deliverer:
        deliverer.put(*told)
        deliverer.until_delivered(3000, 140)
        equal(sorted(deliverer.delivered), sorted(key_of(made) for made in told), "delivered")
        equal(deliverer.failed, {}, "failed")
        stats = deliverer.stats()
        equal((stats["delivered"], stats["waiting"]), (3000, 0), "delivered, waiting")
    for hook, receiver in zip(hooks, receivers):
        assert_told_in_order(receiver, [made for made in told if made["hook"] == hook["name"]])
        if max(len(json.loads(body)["notices"]) for _, _, body in receiver.requests) > 20:
            raise AssertionError("more in a message than the hook's group")
        receiver.__exit__()


@case(30)
def hooks_that_hang_delay_no_other():
    with Receiver(lambda handler, request: time.sleep(3)) as hanging, Receiver() as quick:
        slow = [{"name": f"slow{i}", "url": hanging.url(), "timeout_ms": 20000} for i in range(8)]
        with Deliverer({"name": "quick", "url": quick.url(), "group": 1}, *slow) as deliverer:
            deliverer.put(*(notification(hook["name"], 1, "firing") for hook in slow))
            until(lambda: len(hanging.requests) == 8, 10, "hanging requests")
            started = time.monotonic()
            deliverer.put(*(notification("quick", alert, "firing") for alert in range(50)))
            deliverer.until_delivered(50, 10)
            if time.monotonic() - started > 2.5:
                raise AssertionError("the quick hook has waited for the slow ones")
            started = time.monotonic()
            deliverer.close()
            if time.monotonic() - started > 2:
                raise AssertionError("closing has waited for the slow ones")


@case(90)
def a_dead_hook_is_told_through_another():
    port = free_port()
    with Receiver() as duty:
        hooks = ({"name": "leads", "url": f"http://127.0.0.1:{port}/token", "fallback": "duty"},
                 {"name": "duty", "url": duty.url()})
        with Deliverer(*hooks) as deliverer:
            old = notification("leads", 1, "firing", created_ms=now_ms() - 130000)
            new = notification("leads", 2, "firing")
            deliverer.put(old, new)
            until(lambda: duty.requests, 60, "the fallback's notice")
            equal(deliverer.delivered, [], "delivered")
            equal(deliverer.stats()["dead"], 1, "dead hooks")
            body = json.loads(duty.requests[0][2])
            equal((body["instead_of"], [notice["key"] for notice in body["notices"]]),
                  ("leads", [old["key"]]), "told to the fallback")
            with Receiver(port=port) as leads:
                deliverer.set_hooks(*hooks)  # tries at once
                deliverer.until_delivered(2)
                equal([notice["key"] for notice in leads.notices()], [old["key"], new["key"]],
                      "told when it is back")
            equal(len(duty.requests), 1, "told to the fallback once")
        log = deliverer.said()
        if "token" in log or "host=127.0.0.1" not in log:
            raise AssertionError(f"the log names the path, or not the host: {log}")


@case(30)
def what_is_refused_goes_to_the_fallback_and_fails():
    def behave(handler, request):
        handler.answer(400 if b"poison" in request[2] else 200)
    with Receiver(behave) as leads, Receiver() as duty:
        with Deliverer({"name": "leads", "url": leads.url(), "fallback": "duty"},
                       {"name": "duty", "url": duty.url()}) as deliverer:
            told = [notification("leads", alert, "firing", value="poison" if alert == 2 else "1")
                    for alert in range(5)]
            deliverer.put(*told)
            deliverer.until_delivered(4)
            until(lambda: deliverer.failed, 10, "the one that failed")
            equal(deliverer.failed, {key_of(told[2]): "HTTP 400"}, "failed")
            equal([notice["key"] for notice in duty.notices()], [told[2]["key"]], "redirected")
            equal(sorted(deliverer.delivered), sorted(key_of(made) for made in told if made is not
                                                      told[2]), "delivered")


@case(60)
def a_fallback_may_have_one_of_its_own():
    def refuse(handler, request):
        del request
        handler.answer(404)
    with Receiver(refuse) as leads, Receiver(refuse) as duty, Receiver() as last:
        with Deliverer({"name": "leads", "url": leads.url(), "fallback": "duty"},
                       {"name": "duty", "url": duty.url(), "fallback": "last"},
                       {"name": "last", "url": last.url()}) as deliverer:
            told = notification("leads", 1, "firing")
            deliverer.put(told)
            until(lambda: deliverer.failed, 10, "the one that failed")
            equal((deliverer.failed, len(last.requests)), ({key_of(told): "HTTP 404"}, 1),
                  "failed, and told to the last")


@case(30)
def a_hook_is_left_alone_for_as_long_as_it_asks():
    times = []

    def behave(handler, request):
        del request
        times.append(time.monotonic())
        if len(times) > 1:
            handler.answer(200)
        else:
            handler.answer(429, [("Retry-After", "4")])
    with Receiver(behave) as leads:
        with Deliverer({"name": "leads", "url": leads.url()}) as deliverer:
            deliverer.put(notification("leads", 1, "firing"))
            deliverer.until_delivered(1, 20)
            if not 3.9 < times[1] - times[0] < 8:
                raise AssertionError(f"again after {times[1] - times[0]} s")


@case(30)
def redirects_are_not_followed():
    with Receiver() as target:
        with Receiver(lambda handler, request: handler.answer(
                307, [("Location", target.url())])) as leads:
            with Deliverer({"name": "leads", "url": leads.url()}) as deliverer:
                deliverer.put(notification("leads", 1, "firing"))
                until(lambda: deliverer.failed, 10, "the one that failed")
                equal(list(deliverer.failed.values()),
                      ["HTTP 307, and redirects are not followed"], "reason")
                equal(target.requests, [], "followed")


@case(30)
def what_is_inside_is_not_reached_unless_allowed():
    with Receiver() as receiver, SmtpReceiver() as mail:
        inside = ({"name": "literal", "url": receiver.url()},
                  {"name": "name", "url": receiver.url(host="localhost")},
                  {"name": "mapped", "url": receiver.url(host="[::ffff:127.0.0.1]")},
                  {"name": "mail", "type": "email", "url": mail.url, "from": "a@example.com",
                   "to": "b@example.com"})
        with Deliverer(*(hook | {"allow_private": False} for hook in inside)) as deliverer:
            deliverer.put(*(notification(hook["name"], 1, "firing") for hook in inside))
            until(lambda: deliverer.said().count("allow_private") >= 4, 10, "four refusals")
            equal((receiver.requests, mail.messages, deliverer.delivered), ([], [], []), "reached")
            deliverer.set_hooks(*inside)
            deliverer.until_delivered(4)


@case(60)
def certificates_are_verified():
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    with tempfile.TemporaryDirectory() as directory:
        context, certificate = self_signed(directory)
        with Receiver(context=context) as receiver:
            hooks = [{"name": host, "url": receiver.url(host=host)}
                     for host in ("localhost", "127.0.0.1")]
            with Deliverer(*hooks) as deliverer:
                deliverer.put(*(notification(hook["name"], 1, "firing") for hook in hooks))
                until(lambda: deliverer.said().count("certificate") >= 2, 20, "two refusals")
                equal(receiver.requests, [], "told without trust")
                deliverer.set_hooks(*(hook | {"ca_file": certificate} for hook in hooks))
                deliverer.until_delivered(2)


@case(30)
def proxies_of_the_environment_are_not_used():
    os.environ["http_proxy"] = "http://127.0.0.1:9"
    try:
        with Receiver() as receiver:
            with Deliverer({"name": "leads", "url": receiver.url()}) as deliverer:
                deliverer.put(notification("leads", 1, "firing"))
                deliverer.until_delivered(1, 10)
    finally:
        del os.environ["http_proxy"]


@case(30)
def emails_are_sent():
    with SmtpReceiver("451 later", "451 later") as mail:
        with Deliverer({"name": "mail", "type": "email", "url": mail.url,
                        "from": "Deskpulse <desk@example.com>",
                        "to": "a@example.com, B <b@example.com>"}) as deliverer:
            deliverer.put(notification("mail", 1, "firing", id="账单"),
                          notification("mail", 1, "resolved"))
            deliverer.until_delivered(2)
        (sender, recipients, text), = mail.messages
        message = email.message_from_bytes(text, policy=email.policy.default)
        equal((sender, recipients), ("desk@example.com", ["a@example.com", "b@example.com"]),
              "envelope")
        equal(message["Subject"], "billing service level: 2 notices", "subject")
        if "queue 账单" not in message.get_content():
            raise AssertionError(message.get_content())
        equal(message.defects, [], "defects of the message")


@case(30)
def a_mail_server_may_refuse():
    with SmtpReceiver("550 nobody of that name") as mail:
        with Deliverer({"name": "mail", "type": "email", "url": mail.url, "from": "d@example.com",
                        "to": "a@example.com"}) as deliverer:
            deliverer.put(notification("mail", 1, "firing"))
            until(lambda: deliverer.failed, 10, "the one that failed")
            equal(list(deliverer.failed.values()), ["SMTP 550: RCPT failed: 550 (last error)"], "reason")


@case(30)
def other_hooks_take_the_places_of_those_before():
    with Receiver(lambda handler, request: handler.answer(503)) as failing, Receiver() as good:
        with Deliverer({"name": "leads", "url": failing.url()},
                       {"name": "gone", "url": failing.url()}) as deliverer:
            kept, lost = notification("leads", 1, "firing"), notification("gone", 1, "firing")
            deliverer.put(kept, lost, notification("nobody", 1, "firing"))
            until(lambda: len(failing.requests) >= 2, 10, "two requests")
            deliverer.set_hooks({"name": "leads", "url": good.url()})
            deliverer.until_delivered(1)
            until(lambda: len(deliverer.failed) == 2, 10, "two that failed")
            equal((deliverer.delivered, set(deliverer.failed.values())),
                  ([key_of(kept)], {"there is no hook of that name"}), "delivered, reasons")


@case(60)
def a_hooks_queue_has_an_end():
    with Receiver(lambda handler, request: time.sleep(5)) as hanging:
        with Deliverer({"name": "leads", "url": hanging.url(), "timeout_ms": 60000}) as deliverer:
            deliverer.put(*(notification("leads", alert, "firing") for alert in range(10002)))
            until(lambda: len(deliverer.full) == 2, 30, "two too many")
            equal(deliverer.stats()["waiting"], 10000, "waiting")


@case(30)
def what_is_a_day_old_is_given_up():
    with Deliverer({"name": "leads", "url": f"http://127.0.0.1:{free_port()}/"}) as deliverer:
        old = notification("leads", 1, "firing", created_ms=now_ms() - 86400000)
        deliverer.put(old)
        until(lambda: deliverer.failed, 10, "the one that failed")
        equal(deliverer.failed, {key_of(old): "it was not taken within 24 h"}, "failed")


# ---------------------------------------------------------------- Alertmanager

@case(60)
def alertmanager_knows_the_beginning_and_the_end():
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        alertmanager = start_alertmanager(directory, port)
        try:
            with Deliverer({"name": "am", "type": "alertmanager",
                            "url": f"http://127.0.0.1:{port}"},
                           board="https://board.example.com/") as deliverer:
                deliverer.put(notification("am", 7, "firing", labels={"site": "north"}),
                              notification("am", 8, "firing"))
                deliverer.until_delivered(2, 40)
                labels = {"alertname": "billing service level", "severity": "page",
                          "scope": "queue", "id": "q7", "site": "north"}
                until(lambda: labels in firing_in(port) and len(firing_in(port)) == 2, 10,
                      "both alerts")
                deliverer.put(notification("am", 7, "resolved", labels={"site": "north"}))
                deliverer.until_delivered(3)
                until(lambda: [alert["id"] for alert in firing_in(port)] == ["q8"], 10,
                      "the end of one")
        finally:
            alertmanager.kill()
            alertmanager.wait()


if __name__ == "__main__":
    sys.exit(run_cases())
