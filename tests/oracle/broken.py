"""Broken lines for every reason code, each with one flaw only, so that its reason is certain."""
import copy
import json

MAX_LINE = 1 << 20
CONTACT = {"interaction_id": "broken", "agent_id": "broken-agent"}
OFFER = {"interaction_id": "broken", "channel": "voice", "queue": "broken"}
RATING = {"agent_id": "broken-agent", "score": 4, "scale": 5}

# type: required fields, with values that are right
COMPLETE = {
    "contact.offered": OFFER,
    "contact.answered": CONTACT,
    "contact.declined": CONTACT,
    "contact.message": {"interaction_id": "broken", "from": "agent", "agent_id": "broken-agent"},
    "contact.held": CONTACT,
    "contact.retrieved": CONTACT,
    "contact.transferred": CONTACT,
    "contact.ended": {"interaction_id": "broken"},
    "contact.wrapped": CONTACT,
    "contact.abandoned": {"interaction_id": "broken"},
    "contact.resolved": {"interaction_id": "broken", "resolved": True},
    "contact.reopened": {"interaction_id": "broken"},
    "feedback.rated": RATING,
    "feedback.complained": {"agent_id": "broken-agent"},
    "quality.scored": {"agent_id": "broken-agent", "score": 90},
    "agent.state": {"agent_id": "broken-agent", "state": "busy"},
    "scorecard.measured": {"agent_id": "broken-agent", "measure": "knowledge", "value": 50},
}

# type: optional fields that are identifiers
OPTIONAL_IDENTIFIERS = {
    "contact.offered": ("team", "customer_id"),
    "contact.answered": ("team",),
    "contact.transferred": ("to_agent_id", "to_queue"),
    "contact.resolved": ("agent_id",),
    "feedback.rated": ("interaction_id", "team", "queue"),
    "feedback.complained": ("interaction_id", "team", "queue"),
    "quality.scored": ("team", "interaction_id"),
    "agent.state": ("team",),
    "scorecard.measured": ("team",),
}

NO_IDENTIFIERS = ("", "x" * 129, "\u00e9" * 64 + "x", "\U0001f600" * 33, "a{b", "a}b", "a:b",
                  "a\x00b", "a\x1f", "\x7f", "a\u0085", "\u009f", "tab\t", "line\n", 7, 7.5, True,
                  ["a"], {"a": "b"})

# (type, field, wrong value)
BAD_VALUES = (
    [("contact.offered", "channel", v) for v in ("sms", "Voice", "", "voice ", 1, ["voice"])]
    + [("contact.offered", "priority", v) for v in ("Urgent", "", 1, "normal\x00")]
    + [("contact.message", "from", v) for v in ("system", "Agent", "", 0, False)]
    + [("contact.ended", "ended_by", v) for v in ("bot", "", 1)]
    + [("contact.resolved", "resolved", v) for v in ("true", 1, 0, [], {}, "")]
    + [("contact.declined", "reason", v) for v in (1, False, [], {})]
    + [("contact.wrapped", "disposition", v) for v in (1, True, ["sold"])]
    + [("feedback.rated", "score", v) for v in (-1, 6, 5.000001, "4", True, [4], -1e-9, 1e300)]
    + [("feedback.rated", "scale", v) for v in (0, -5, 0.0, "5", 3.999, [], True)]
    + [("feedback.rated", "channel", v) for v in ("fax", 2)]
    + [("feedback.complained", "channel", v) for v in ("", "EMAIL")]
    + [("quality.scored", "score", v) for v in (-1, 100.5, 101, "90", True, 10 ** 30)]
    + [("quality.scored", "fatal", v) for v in ("false", 0, 1, [])]
    + [("agent.state", "state", v) for v in ("Busy", "idle", "", 1, ["busy"])]
    + [("agent.state", "reason", v) for v in (0, {}, True)]
    + [("scorecard.measured", "measure", v) for v in ("occupancy", "", 5)]
    + [("scorecard.measured", "value", v) for v in (-0.5, 100.01, "50", False)]
)

UNKNOWN_TYPES = ("contact.flown", "Contact.offered", "contact.offered ", "contact.", "contact",
                 "agent.state\x00", "feedback.rated.v2", "x" * 300)

BAD_TIMES = (0, 1774728000000, None, True, "", "now", "2026-03-28", "2026-03-28T20:00:00",
             "2026-03-28 20:00:00Z", "2026-03-28T20:00Z", "2026-13-01T00:00:00Z",
             "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
             "2026-03-00T00:00:00Z", "2026-03-28T24:00:00Z", "2026-03-28T20:60:00Z",
             "2026-03-28T20:00:61Z", "2026-03-28T20:00:00.Z", "2026-03-28T20:00:00,5Z",
             "2026-03-28T20:00:00+24:00", "2026-03-28T20:00:00+08:60", "2026-03-28T20:00:00+0800",
             "2026-03-28T20:00:00+08", "2026-03-28T20:00:00 Z", "2026-03-28T20:00:00Zx",
             "2026-03-28T20:00:00Z\n", " 2026-03-28T20:00:00Z", "26-03-28T20:00:00Z",
             "2026-3-28T20:00:00Z", "12026-03-28T20:00:00Z", "+2026-03-28T20:00:00Z",
             "2026-03-28T20:00:00.1 2Z", "\u0662\u0660\u0662\u0666-03-28T20:00:00Z",
             "2026-03-28T20:00:00Z\x00")

NO_DATA = (None, "text", 5, [], [{}], True, "")


def dump(value):
    return json.dumps(value, ensure_ascii=False).encode()


def bad_json_lines(envelope):
    good = dump(envelope)
    text = good.decode()
    yield from (good[:cut] for cut in (1, 12, len(good) // 2, len(good) - 2, len(good) - 1))
    yield from (b"{", b"}", b"[", b"nul", b"True", b"-", b"+1", b"01", b".5", b"1.", b"0x1f", b"1e",
                b"NaN", b"Infinity", b"-Infinity", b"'a'", b"\x00", b"\xff\xfe", b"{]", b"[1,]",
                b"{,}", b'{"a":}', b'{"a" 1}', b'{1:2}', b'{"a":1,}', b"[" * 5_000,
                b'{"a":' * 5_000, b"[" * 5_000 + b"]" * 4_999, b'"\x01"', b'"\\x41"', b'"\\u12"',
                b"\x0c[]", b"\xc2\xa0[]", b"// {}", b"[1 2]", b'"open', b'"\\"')
    yield b"\xef\xbb\xbf" + good                                        # byte order mark
    yield text.encode("utf-16")
    yield good + b","
    yield good + b" " + good
    yield good + b"\x00"
    yield good[:-1] + b",}"
    yield b"/* x */" + good
    yield text.replace('"', "'").encode()
    for wrong in (b'"a\tb"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff"', b'"\xc0\x80"', b"NaN",
                  b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"', b"undefined",
                  b"1_000"):
        yield good[:-1] + b',"extra":' + wrong + b"}"


def bad_envelope_lines(envelope):
    yield from (b"[]", b"42", b'"text"', b"null", b"true", b"{}", b'{"specversion":"1.0"}',
                b"[" * 5_000 + b"]" * 5_000)
    yield dump([envelope])
    for name in ("specversion", "id", "source", "type", "time", "data"):
        yield dump({key: value for key, value in envelope.items() if key != name})
        yield dump(envelope | {name: None})
        yield dump(envelope | {name: 1})
        yield dump(envelope | {name: ["1.0"]})
        yield dump(envelope | {name: ""})
        yield dump({name.upper() if key == name else key: envelope[key] for key in envelope})
    for version in (1.0, "1", "1.0 ", "0.3", "1.0.1", "2.0"):
        yield dump(envelope | {"specversion": version})
    for name in ("id", "source"):
        yield dump(envelope | {name: "x" * 257})
        yield dump(envelope | {name: "\u00e9" * 128 + "x"})
    for time in BAD_TIMES:
        yield dump(envelope | {"time": time})
    for data in NO_DATA:
        yield dump(envelope | {"data": data})
    no_data = {key: value for key, value in envelope.items() if key != "data"}
    yield dump(no_data | {"data_base64": "e30="})
    yield dump(envelope | {"type": "contact.flown", "time": "never"})    # the envelope goes first
    yield dump(envelope)[:-1] + b',"time":"never"}'                      # the last one counts


def with_data(envelope, kind, changes):
    line = copy.deepcopy(envelope)
    line["type"] = kind
    line["data"] = COMPLETE[kind] | changes
    return line


def missing_field_lines(envelope):
    for kind, fields in COMPLETE.items():
        for name in fields:
            yield dump(with_data(envelope, kind, {name: None}))
            line = with_data(envelope, kind, {})
            del line["data"][name]
            yield dump(line)
    line = dump(with_data(envelope, "contact.ended", {}))
    yield line[:-2] + b',"interaction_id":null}}'


def bad_value_lines(envelope):
    for kind, fields in COMPLETE.items():
        for name in fields:
            if name.endswith("_id") or name == "queue":
                for value in NO_IDENTIFIERS:
                    yield dump(with_data(envelope, kind, {name: value}))
    for kind, names in OPTIONAL_IDENTIFIERS.items():
        for name in names:
            for value in NO_IDENTIFIERS:
                yield dump(with_data(envelope, kind, {name: value}))
    for kind, name, value in BAD_VALUES:
        yield dump(with_data(envelope, kind, {name: value}))
    yield dump(with_data(envelope, "contact.message", {"from": "customer", "agent_id": ""}))
    line = dump(with_data(envelope, "contact.ended", {}))
    yield line[:-2] + b',"interaction_id":5}}'
    line = dump(with_data(envelope, "feedback.rated", {}))
    for number in (b"1e999", b"-1e999", b"9" * 400):
        yield line[:-2] + b',"scale":' + number + b"}}"


def unknown_type_lines(envelope):
    for kind in UNKNOWN_TYPES:
        yield dump(envelope | {"type": kind})
        yield dump(envelope | {"type": kind, "data": {}})


def too_large_lines(envelope):
    good = dump(envelope)
    yield good + b" " * (MAX_LINE + 1 - len(good))
    yield b"x" * (MAX_LINE + 100_000)


KINDS = (bad_json_lines, bad_envelope_lines, missing_field_lines, bad_value_lines,
         unknown_type_lines)


def broken_lines(envelope):
    """All broken lines that can be made of a right event, by reason, but the too large ones."""
    return [list(lines(envelope)) for lines in KINDS]
