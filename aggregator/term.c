#include "aggregator/term.h"

#include <stddef.h>

static const struct dp_term terms[] = {{0},
#define DP_X(symbol, kind, part, with, without, up_to)                                             \
    {DP_FACT_##kind, DP_PART_##part, with, without, up_to},
                                       DP_TERM_TABLE(DP_X)
#undef DP_X
};

static bool counts(const struct dp_term *term, const struct dp_fact *fact)
{
    if (term->kind != fact->kind)
        return false;
    if (term->kind == DP_FACT_MEASURED) /* its flags are a number */
        return fact->flags == term->with;
    return (fact->flags & term->with) == term->with && !(fact->flags & term->without) &&
           (!term->up_to || fact->value <= term->up_to);
}

const struct dp_term *dp_term_of(const uint8_t symbols[DP_TERMS], const struct dp_fact *fact)
{
    for (size_t i = 0; i < DP_TERMS; i++)
        if (symbols[i] != DP_NO_TERM && counts(&terms[symbols[i]], fact))
            return &terms[symbols[i]];
    return NULL;
}

int64_t dp_term_adds(const struct dp_term *term, const struct dp_fact *fact)
{
    switch (term->part) {
    case DP_PART_VALUE:
        return fact->value;
    case DP_PART_TALK:
        return fact->value - fact->hold_ms - fact->wrap_ms;
    case DP_PART_HOLD:
        return fact->hold_ms;
    case DP_PART_WRAP:
        return fact->wrap_ms;
    case DP_PART_TALK_AND_HOLD:
        return fact->value - fact->wrap_ms;
    case DP_PART_MESSAGES:
        return fact->value + fact->hold_ms;
    case DP_PART_LESS_ONE:
        return -1;
    case DP_PART_ONE:
        break;
    }
    return 1;
}
