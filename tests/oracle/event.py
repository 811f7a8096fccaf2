"""Events of the reference model: from a line to an event, from files to the accepted events.

All rules of the event contract: what is wrong with a line, what is a duplicate, what is late.
"""
import argparse
import concurrent.futures
import json
import math
import re
import sys
import threading
import unicodedata

MAX_LINE = 1 << 20
CHANNELS = ("voice", "chat", "email")
STATES = ("offline", "available", "busy", "wrapup", "break", "training", "meeting")
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


# ---------------------------------------------------------------- times

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?"
                  r"(?:[Zz]|([+-])(\d\d):(\d\d))\Z", re.ASCII)


def days_since_epoch(year, month, day):
    """Days from 1970-01-01, proleptic Gregorian; years from 0 on."""
    years_before = year - (month <= 2)
    leap_days = years_before // 4 - years_before // 100 + years_before // 400
    before_month = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    return 365 * year + leap_days + before_month + day - 719528


def parse_time(text):
    """RFC 3339 with an offset to milliseconds, or None. Digits after the third are cut off."""
    match = TIME.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hour, offset_minute = match.groups()[6:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    month_days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= month_days[month - 1]:
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    offset = 0
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            return None
        offset = int(offset_hour) * 60 + int(offset_minute)
        if sign == "-":
            offset = -offset
    minutes = days_since_epoch(year, month, day) * 1440 + hour * 60 + minute - offset
    return (minutes * 60 + second) * 1000 + int(((fraction or "") + "000")[:3])


def duration(text):
    match = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text}: write a duration like 500ms 20s 5m 24h 7d")
    return int(match[1]) * UNITS[match[2]]


# ---------------------------------------------------------------- one line to one event

class Rejected(Exception):
    """Carries the reason code of a line that is no event."""


def no_constant(name):
    raise ValueError(name + " is not JSON")


class PythonDecoder(json.JSONDecoder):
    """A decoder without C: since Python 3.12 only calls from Python to Python nest as deep as
    sys.setrecursionlimit() says."""

    def __init__(self, **options):
        super().__init__(**options)
        self.scan_once = json.scanner.py_make_scanner(self)


DECODER = json.JSONDecoder(parse_constant=no_constant)
DEEP_DECODER = PythonDecoder(parse_constant=no_constant)


def in_deep_thread(function, *arguments):
    """Runs function where parse_event() can take any line. One of 1 MiB can nest half a million
    levels; the decoder in C goes one call a level, the one in Python two."""
    sys.setrecursionlimit(600_000 if sys.version_info < (3, 12) else 1_200_000)
    threading.stack_size(512 << 20)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def has_lone_surrogate(value):
    """Whether a string anywhere in value holds half a surrogate pair (no Unicode text)."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if any("\ud800" <= c <= "\udfff" for c in item):
                return True
        elif isinstance(item, list):
            todo.extend(item)
        elif isinstance(item, dict):
            todo.extend(item.keys())
            todo.extend(item.values())
    return False


def parse_json(raw):
    try:
        text = raw.decode("utf-8")
        try:
            value = DECODER.decode(text)
        except RecursionError:
            if sys.version_info < (3, 12):
                raise
            value = DEEP_DECODER.decode(text)
    except (ValueError, RecursionError):  # deeper than a line that closes its brackets can be
        raise Rejected("bad_json") from None
    if has_lone_surrogate(value):
        raise Rejected("bad_json")
    return value


def is_identifier(value):
    return (isinstance(value, str) and 1 <= len(value.encode()) <= 128
            and not any(c in "{}:" or unicodedata.category(c) == "Cc" for c in value))


def is_text(value):
    return isinstance(value, str)


def is_bool(value):
    return isinstance(value, bool)


def is_number(value):
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))      # JSON sets numbers no bound, a figure does
    except OverflowError:
        return False


def is_percentage(value):
    return is_number(value) and 0 <= value <= 100


def one_of(*words):
    return lambda value: isinstance(value, str) and value in words


IDENTIFIER_FIELDS = ("interaction_id", "agent_id", "team", "queue", "customer_id", "to_agent_id",
                     "to_queue")
FIELD_CHECKS = {
    **{name: is_identifier for name in IDENTIFIER_FIELDS},
    "channel": one_of(*CHANNELS),
    "priority": one_of("urgent", "high", "normal", "low"),
    "from": one_of("customer", "agent", "bot"),
    "ended_by": one_of("customer", "agent", "system"),
    "state": one_of(*STATES),
    "measure": one_of("internal_satisfaction", "cross_team_completion", "training_attendance",
                      "knowledge"),
    "reason": is_text,
    "disposition": is_text,
    "resolved": is_bool,
    "fatal": is_bool,
    "scale": lambda value: is_number(value) and value > 0,
    "value": is_percentage,
}

# type: (required, optional)
TYPES = {
    "contact.offered": ("interaction_id channel queue", "team customer_id priority"),
    "contact.answered": ("interaction_id agent_id", "team"),
    "contact.declined": ("interaction_id agent_id", "reason"),
    "contact.message": ("interaction_id from", "agent_id"),
    "contact.held": ("interaction_id agent_id", ""),
    "contact.retrieved": ("interaction_id agent_id", ""),
    "contact.transferred": ("interaction_id agent_id", "to_agent_id to_queue"),
    "contact.ended": ("interaction_id", "ended_by"),
    "contact.wrapped": ("interaction_id agent_id", "disposition"),
    "contact.abandoned": ("interaction_id", ""),
    "contact.resolved": ("interaction_id resolved", "agent_id"),
    "contact.reopened": ("interaction_id", ""),
    "feedback.rated": ("agent_id score scale", "interaction_id team queue channel"),
    "feedback.complained": ("agent_id", "interaction_id team queue channel"),
    "quality.scored": ("agent_id score", "fatal team interaction_id"),
    "agent.state": ("agent_id state", "team reason"),
    "scorecard.measured": ("agent_id measure value", "team"),
}


class Event:
    """One accepted event; data holds only the fields of its type, without nulls."""

    def __init__(self, kind, time, source, ident, data):
        self.kind, self.time, self.source, self.id, self.data = kind, time, source, ident, data
        self.order = (time, source.encode(), ident.encode())
        self.arrival = None  # its number among the accepted events


def parse_event(raw):
    """Bytes of one line (without its newline) to an Event; raises Rejected."""
    if len(raw) > MAX_LINE:
        raise Rejected("too_large")
    envelope = parse_json(raw)
    if not isinstance(envelope, dict) or envelope.get("specversion") != "1.0":
        raise Rejected("bad_envelope")
    for name in ("source", "id"):
        value = envelope.get(name)
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= 256:
            raise Rejected("bad_envelope")
    kind, time, data = envelope.get("type"), envelope.get("time"), envelope.get("data")
    if not isinstance(kind, str) or not kind:
        raise Rejected("bad_envelope")
    time = parse_time(time) if isinstance(time, str) else None
    if time is None or not isinstance(data, dict):
        raise Rejected("bad_envelope")
    if kind not in TYPES:
        raise Rejected("unknown_type")

    required, optional = (names.split() for names in TYPES[kind])
    if kind == "contact.message" and data.get("from") == "agent":
        required = required + ["agent_id"]
    if any(data.get(name) is None for name in required):
        raise Rejected("missing_field")
    fields = {name: data[name] for name in dict.fromkeys(required + optional)
              if data.get(name) is not None}
    for name, value in fields.items():
        if name != "score" and not FIELD_CHECKS[name](value):
            raise Rejected("bad_value")
    if "score" in fields:
        score, top = fields["score"], fields.get("scale", 100)
        if not is_number(score) or not 0 <= score <= top:
            raise Rejected("bad_value")
    return Event(kind, time, envelope["source"], envelope["id"], fields)


# ---------------------------------------------------------------- files to accepted events

def lines_of(path):
    stream = sys.stdin.buffer if path == "-" else open(path, "rb")
    with stream:
        for line in stream:
            line = line[:-1] if line.endswith(b"\n") else line
            if line.strip(b" \t\r"):
                yield line


def read_events(paths, lateness):
    """All accepted events in the order of arrival, and the counts."""
    counts = {"consumed": 0, "accepted": 0}
    events, known = [], set()

    def count(name):
        counts[name] = counts.get(name, 0) + 1

    for path in paths:
        watermark = None
        for line in lines_of(path):
            count("consumed")
            try:
                event = parse_event(line)
            except Rejected as rejected:
                count(str(rejected))
                continue
            if (event.source, event.id) in known:
                count("duplicate")
                continue
            if watermark is not None and watermark - event.time > lateness:
                count("late")
                continue
            count("accepted")
            known.add((event.source, event.id))
            watermark = event.time if watermark is None else max(watermark, event.time)
            event.arrival = len(events)
            events.append(event)
    return events, counts
