#include "aggregator/quantity.h"

#include <stdio.h>

#include "common/duration.h"

#define MILLION INT64_C(1000000)

/* So long a time in milliseconds, in millionths, is far from the end of 64 bits. */
#define DURATION_MAX_MS (INT64_C(10000) * 86400000)

static const struct {
    const char *name;
    enum dp_quantity_form form;
} more[] = {
#define DP_X(symbol, name, form) {name, DP_FORM_##form},
    DP_QUANTITY_TABLE(DP_X)
#undef DP_X
};

const char *dp_quantity_name(enum dp_quantity quantity)
{
    return quantity < DP_QUANTITY_FIGURES ? dp_figure_infos[quantity].name
                                          : more[quantity - DP_QUANTITY_FIGURES].name;
}

enum dp_quantity_form dp_quantity_form(enum dp_quantity quantity)
{
    if (quantity >= DP_QUANTITY_FIGURES)
        return more[quantity - DP_QUANTITY_FIGURES].form;
    if (quantity == dp_quantity_of(DP_FIGURE_SATISFACTION_MEAN) ||
        quantity == dp_quantity_of(DP_FIGURE_QUALITY_MEAN))
        return DP_FORM_POINTS;
    if (quantity == dp_quantity_of(DP_FIGURE_CONTACTS_PER_HOUR) ||
        quantity == dp_quantity_of(DP_FIGURE_CONCURRENCY))
        return DP_FORM_NUMBER;
    switch (dp_figure_infos[quantity].unit) {
    case DP_UNIT_MS:
        return DP_FORM_MS;
    case DP_UNIT_MILLIONTHS:
        return DP_FORM_SHARE;
    case DP_UNIT_COUNT:
        break;
    }
    return DP_FORM_NUMBER;
}

enum dp_quantity dp_quantity_find(struct dp_str name)
{
    enum dp_quantity quantity = 0;
    while (quantity < DP_QUANTITIES && !dp_str_equal(name, dp_str_from(dp_quantity_name(quantity))))
        quantity++;
    return quantity;
}

bool dp_quantity_can_be_robust(enum dp_quantity quantity)
{
    switch ((int)quantity) {
    case DP_FIGURE_RESPONSE_MEAN:
    case DP_FIGURE_REPLY_MEAN:
    case DP_FIGURE_HANDLE_MEAN:
    case DP_FIGURE_RESOLVE_MEAN:
        return true;
    default:
        return false;
    }
}

void dp_quantity_list(enum dp_quantity end, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (enum dp_quantity quantity = 0; quantity < end && used < size; quantity++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", quantity ? ", " : "",
                                 dp_quantity_name(quantity));
}

bool dp_decimal_parse(struct dp_str text, int64_t *millionths)
{
    int64_t value = 0, unit = MILLION;
    size_t i = 0;
    for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
        value = value * 10 + (text.p[i] - '0') * MILLION;
        if (value > 1000 * MILLION * MILLION)
            return false;
    }
    if (i == 0)
        return false;
    if (i < text.len && text.p[i] == '.') {
        size_t point = i++;
        for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9' && unit > 1; i++) {
            unit /= 10;
            value += (text.p[i] - '0') * unit;
        }
        if (i == point + 1)
            return false;
    }
    if (i < text.len || value > 1000 * MILLION * MILLION)
        return false;
    *millionths = value;
    return true;
}

/* "95 %" and "95%": up to four digits behind the point, so that a share has six. */
static bool parse_percent(struct dp_str text, int64_t *millionths)
{
    int64_t value;
    text.len--;
    while (text.len && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\t'))
        text.len--;
    if (!dp_decimal_parse(text, &value) || value % 100)
        return false;
    *millionths = value / 100;
    return true;
}

bool dp_form_parse(enum dp_quantity_form form, struct dp_str text, int64_t *millionths)
{
    int64_t value;
    bool percent = text.len && text.p[text.len - 1] == '%';
    if (form == DP_FORM_MS) {
        if (!dp_duration_parse(text, &value) || value > DURATION_MAX_MS)
            return false;
        *millionths = value * MILLION;
        return true;
    }
    if (form == DP_FORM_SHARE && percent ? !parse_percent(text, &value)
                                         : !dp_decimal_parse(text, &value))
        return false;
    if ((form == DP_FORM_SHARE && value > MILLION) ||
        (form == DP_FORM_POINTS && value > 100 * MILLION))
        return false;
    *millionths = value;
    return true;
}

const char *dp_form_allowed(enum dp_quantity_form form)
{
    switch (form) {
    case DP_FORM_MS:
        return "a duration such as 500ms 20s 5m 24h 7d";
    case DP_FORM_SHARE:
        return "a share from 0 to 1 such as 0.95, or 95 %";
    case DP_FORM_POINTS:
        return "a number from 0 to 100 such as 82.5";
    case DP_FORM_NUMBER:
        break;
    }
    return "a number from 0 to 1000000000 such as 12.5";
}

/* "p5", "p95": takes it from the front of the text. */
static bool take_percentile(struct dp_str *text, unsigned *percentile)
{
    size_t i = 1;
    unsigned value = 0;
    if (text->len < 2 || text->p[0] != 'p')
        return false;
    for (; i < text->len && i < 4 && text->p[i] >= '0' && text->p[i] <= '9'; i++)
        value = value * 10 + (unsigned)(text->p[i] - '0');
    *percentile = value;
    *text = (struct dp_str){text->p + i, text->len - i};
    return i > 1;
}

bool dp_robust_parse(struct dp_str text, struct dp_robust *robust)
{
    unsigned low, high;
    if (dp_str_equal(text, DP_STR("none"))) {
        *robust = (struct dp_robust){.kind = DP_ROBUST_NONE};
        return true;
    }
    if (dp_str_equal(text, DP_STR("median"))) {
        *robust = (struct dp_robust){.kind = DP_ROBUST_MEDIAN};
        return true;
    }
    if (!take_percentile(&text, &low) || text.len == 0 || text.p[0] != '-')
        return false;
    text = (struct dp_str){text.p + 1, text.len - 1};
    if (!take_percentile(&text, &high) || text.len || low > 49 || high < 51 || high > 100)
        return false;
    *robust = (struct dp_robust){DP_ROBUST_PERCENTILES, (uint8_t)low, (uint8_t)high};
    return true;
}
