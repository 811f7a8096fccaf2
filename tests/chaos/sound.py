"""Whether the figures of one window can stand beside each other: a hash that mixes two updates
mostly cannot."""
COUNTS = ("offered", "responses", "abandons", "short_abandons", "handles", "transfers", "declines",
          "replies", "outcomes", "resolved", "ratings", "complaints", "quality_checks",
          "quality_fatals")
TIMES = {"response": "responses", "reply": "replies", "handle": "handles"}
RESOLVE = "resolve"  # its times lack those whose offer has not come
PLACES = ("p50", "p90", "p95", "p99", "max")
# figure: what it is divided by; it is there exactly when that is not 0
DIVIDED = {"talk_mean_ms": "handles", "hold_mean_ms": "handles", "wrap_mean_ms": "handles",
           "transfer_rate": "handles", "complaint_rate": "handles", "resolution_rate": "outcomes",
           "resolved_24h_rate": "outcomes", "fcr_rate": "outcomes", "reply_3m_rate": "replies",
           "satisfaction_mean": "ratings", "satisfied_rate": "ratings",
           "quality_mean": "quality_checks"}


def share(part, whole):
    """Six decimals, and what rounding may do to the last."""
    return part / whole, 0.0000011


def unsound(value, length_ms):
    """What is wrong with a window's hash, or None."""
    lacking = [name for name in ("v", "as_of_ms", "from_ms", *COUNTS) if name not in value]
    if lacking:
        return "it lacks " + ", ".join(lacking)
    if int(value["as_of_ms"]) - int(value["from_ms"]) != length_ms:
        return "its span is not its length"
    counts = {name: int(value[name]) for name in COUNTS}
    if not any(counts.values()):
        return "it holds nothing"
    if counts["short_abandons"] > counts["abandons"]:
        return "more short abandons than abandons"
    if counts["resolved"] > counts["outcomes"]:
        return "more resolved than outcomes"
    return wrong_presence(value, counts) or wrong_shares(value, counts) or wrong_times(value)


def wrong_presence(value, counts):
    for name, by in DIVIDED.items():
        if (name in value) != (counts[by] > 0):
            return f"{name} and {by}"
    for name in (*TIMES, RESOLVE):
        there = {f"{name}_{place}_ms" in value for place in ("mean", *PLACES)}
        if len(there) > 1:
            return f"a part of the times of {name}"
        if name in TIMES and there != {counts[TIMES[name]] > 0}:
            return f"times of {name}, and {TIMES[name]}"
    if f"{RESOLVE}_mean_ms" in value and counts["resolved"] == 0:
        return "times of resolve, and nothing resolved"
    return None


def wrong_shares(value, counts):
    abandons = counts["abandons"] - counts["short_abandons"]
    for name, part, whole in (("resolution_rate", counts["resolved"], counts["outcomes"]),
                              ("transfer_rate", counts["transfers"], counts["handles"]),
                              ("complaint_rate", counts["complaints"], counts["handles"]),
                              ("answer_rate", counts["responses"], counts["responses"] + abandons),
                              ("abandon_rate", abandons, counts["responses"] + abandons)):
        if (name in value) != (whole > 0):
            return f"{name} of {whole}"
        if whole:
            expected, margin = share(part, whole)
            if abs(float(value[name]) - expected) > margin:
                return f"{name} is not {part} of {whole}"
    return None


def wrong_times(value):
    for name in (*TIMES, RESOLVE):
        if f"{name}_max_ms" in value:
            places = [int(value[f"{name}_{place}_ms"]) for place in PLACES]
            if places != sorted(places):
                return f"percentiles of {name} out of order"
            if int(value[f"{name}_mean_ms"]) > places[-1]:
                return f"the mean of {name} is above the maximum"
    return None
