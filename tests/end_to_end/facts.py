"""The facts of a replay, and those of a topic: which of them count, and what stands of them."""
import collections
import json

from servers import messages

PLACE = ("epoch", "began", "frame", "seq")


def of_file(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def netted(facts):
    """What stands, without its sign; the team may be one that was looked up at another time."""
    sums = collections.Counter()
    for fact in facts:
        kept = {name: value for name, value in fact.items()
                if name not in PLACE + ("sign", "team")}
        sums[json.dumps(kept, sort_keys=True)] += fact["sign"]
    assert min(sums.values(), default=0) >= 0, "facts are taken back that were not made"
    return {text: count for text, count in sums.items() if count}


def unequal(actual, expected):
    """What does not stand equally often in both."""
    return [text for text in sorted(actual.keys() | expected.keys())
            if actual.get(text) != expected.get(text)]


def standing(broker, topic, committed):
    """The facts of the topic that count, by the rules of docs/reliability.md."""
    lines = [json.loads(message["value"]) for message in messages(broker, topic)]
    began = {}
    for line in lines:
        began[line["epoch"]] = min(began.get(line["epoch"], line["began"]), line["began"])
    counts, seen = [], set()
    for line in lines:
        place = tuple(line[name] for name in ("epoch", "frame", "seq"))
        if line["kind"] == "epoch" or place in seen:
            continue
        seen.add(place)
        later = [first for epoch, first in began.items() if epoch > line["epoch"]]
        if line["frame"] <= committed and line["frame"] < min(later, default=line["frame"] + 1):
            counts.append(line)
    return counts, len(began), len(lines)
