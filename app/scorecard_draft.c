#include "app/scorecard_draft.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* A weight that is within a millionth of 1 is 1: thirds cannot be written. */
#define DP_WEIGHT_SLACK 1

#define DP_PLANNED_MAX (2 * DP_CARD_DIMENSIONS_MAX) /* those of a preset, and the file's */

/* The dimensions to be, the preset's in front. */
struct planned {
    const char *name;
    int64_t weight;
    const enum dp_quantity *measures;
    size_t measure_count;
    const struct dp_draft_dimension *draft; /* NULL: as in the preset */
};
struct plan {
    struct planned dimensions[DP_PLANNED_MAX];
    size_t count;
    struct dp_scorecard preset;
    enum dp_quantity preset_measures[DP_CARD_MEASURES_MAX];
};

struct dp_draft_dimension *dp_draft_find_dimension(struct dp_scorecard_draft *draft,
                                                   const char *name)
{
    for (size_t i = 0; i < draft->dimension_count; i++)
        if (strcmp(draft->dimensions[i].name, name) == 0)
            return &draft->dimensions[i];
    return NULL;
}

struct dp_draft_measure *dp_draft_find_measure(struct dp_scorecard_draft *draft,
                                               enum dp_quantity quantity)
{
    for (size_t i = 0; i < draft->measure_count; i++)
        if (draft->measures[i].quantity == quantity)
            return &draft->measures[i];
    return NULL;
}

struct dp_draft_award *dp_draft_find_award(struct dp_scorecard_draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->award_count; i++)
        if (strcmp(draft->awards[i].award.name, name) == 0)
            return &draft->awards[i];
    return NULL;
}

/* Fails with the title `word "name"`, at a line of the file. */
static bool fail_at(struct dp_config_load *load, int line, const char *word, const char *name,
                    const char *key, const char *wrong, const char *allowed)
{
    char title[sizeof load->section];
    snprintf(title, sizeof title, "%s \"%s\"", word, name);
    load->line = line;
    return dp_config_fail(load, title, key, wrong, allowed);
}

static bool fail_dimension(struct dp_config_load *load, const struct dp_draft_dimension *dimension,
                           int line, const char *key, const char *wrong, const char *allowed)
{
    return fail_at(load, line ? line : dimension->line, "dimension", dimension->name, key, wrong,
                   allowed);
}

static bool fail_measure(struct dp_config_load *load, const struct dp_draft_measure *measure,
                         int line, const char *key, const char *wrong, const char *allowed)
{
    return fail_at(load, line ? line : measure->line, "measure",
                   dp_quantity_name(measure->quantity), key, wrong, allowed);
}

static void plan_preset(const struct dp_config *config, struct plan *plan)
{
    const struct dp_scorecard *preset = &plan->preset;
    dp_scorecard_preset(config->scorecard_preset, config->scorecard_robust, &plan->preset);
    for (size_t i = 0; i < preset->measure_count; i++)
        plan->preset_measures[i] = preset->measures[i].quantity;
    for (; plan->count < preset->dimension_count; plan->count++) {
        const struct dp_card_dimension *dimension = &preset->dimensions[plan->count];
        plan->dimensions[plan->count] = (struct planned){
            .name = dimension->name,
            .weight = dimension->weight,
            .measures = plan->preset_measures + dimension->first,
            .measure_count = dimension->count,
        };
    }
}

static bool plan_dimension(struct dp_config_load *load, const struct dp_draft_dimension *draft,
                           struct plan *plan)
{
    size_t at = 0;
    while (at < plan->count && strcmp(plan->dimensions[at].name, draft->name) != 0)
        at++;
    struct planned *planned = &plan->dimensions[at];
    if (at == plan->count) {
        char allowed[DP_CONFIG_TEXT];
        const char *preset = dp_preset_names[load->config->scorecard_preset];
        snprintf(allowed, sizeof allowed,
                 "a dimension with weight and measures, or one of the preset %s", preset);
        if (!draft->weight_line)
            return fail_dimension(load, draft, 0, "weight", "this is missing", allowed);
        if (!draft->measures_line)
            return fail_dimension(load, draft, 0, "measures", "this is missing", allowed);
        *planned = (struct planned){.name = draft->name};
        plan->count++;
    }
    planned->draft = draft;
    if (draft->weight_line)
        planned->weight = draft->weight;
    if (draft->measures_line) {
        planned->measures = draft->measures;
        planned->measure_count = draft->measure_count;
    }
    return true;
}

/* What the draft says of a measure goes over its default; `draft` NULL: nothing. */
static bool settle_measure(struct dp_config_load *load, const struct planned *dimension,
                           const struct dp_draft_measure *draft, struct dp_card_measure *measure)
{
    char wrong[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT];
    const char *name = dp_quantity_name(measure->quantity);
    bool known = measure->floor != measure->target;
    if (draft && draft->weight_line)
        measure->weight = draft->weight;
    if (draft && draft->floor_line)
        measure->floor = (double)draft->floor / 1e6;
    if (draft && draft->target_line)
        measure->target = (double)draft->target / 1e6;
    if (draft && draft->robust_line)
        measure->robust = draft->robust;
    if (!known && !(draft && draft->floor_line && draft->target_line)) {
        const char *key = draft && draft->floor_line ? "target" : "floor";
        snprintf(wrong, sizeof wrong, "%s has no %s of its own", name, key);
        snprintf(allowed, sizeof allowed, "[measure \"%s\"] with floor and target", name);
        if (draft)
            return fail_measure(load, draft, 0, key, wrong, allowed);
        return fail_dimension(load, dimension->draft, dimension->draft->measures_line, "measures",
                              wrong, allowed);
    }
    if (measure->floor != measure->target)
        return true;
    int line = draft->target_line ? draft->target_line : draft->floor_line;
    return fail_measure(load, draft, line, draft->target_line ? "target" : "floor",
                        "floor and target are the same",
                        "a target above the floor, or below it where lower is better");
}

/* The dimension of the card that has the measure already; NULL: none has. */
static const char *dimension_with(const struct dp_scorecard *card, enum dp_quantity quantity)
{
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        for (size_t n = 0; n < dimension->count; n++)
            if (card->measures[dimension->first + n].quantity == quantity)
                return dimension->name;
    }
    return NULL;
}

/* A measure can be in two dimensions only where the draft names one of them: `other` or this. */
static bool fail_again(struct dp_config_load *load, const struct planned *dimension,
                       const char *name, const char *other)
{
    const struct dp_draft_dimension *draft = dimension->draft;
    const char *where = other;
    char wrong[DP_CONFIG_TEXT];
    if (!draft || !draft->measures_line) {
        draft = dp_draft_find_dimension(load->draft, other);
        where = dimension->name;
    }
    snprintf(wrong, sizeof wrong, "%s is in dimension %s too", name, where);
    if (strcmp(draft->name, where) == 0)
        snprintf(wrong, sizeof wrong, "%s is there twice", name);
    return fail_dimension(load, draft, draft->measures_line, "measures", wrong,
                          "each measure in one dimension");
}

/* Said at the last line that names measures: the preset's alone are not too many. */
static bool fail_full(struct dp_config_load *load)
{
    const struct dp_draft_dimension *last = &load->draft->dimensions[0];
    for (size_t i = 1; i < load->draft->dimension_count; i++)
        if (load->draft->dimensions[i].measures_line > last->measures_line)
            last = &load->draft->dimensions[i];
    return fail_dimension(load, last, last->measures_line, "measures",
                          "these are too many measures", "up to 32 in all dimensions");
}

static bool build_dimension(struct dp_config_load *load, const struct planned *planned,
                            struct dp_scorecard *card)
{
    const struct dp_draft_dimension *draft = planned->draft;
    if (!dp_scorecard_add_dimension(card, planned->name, planned->weight))
        return fail_dimension(load, draft, 0, NULL, "this is one dimension too many",
                              "up to 8, the preset's included; weight = 0 takes one out");
    for (size_t i = 0; i < planned->measure_count; i++) {
        enum dp_quantity quantity = planned->measures[i];
        const struct dp_draft_measure *said =
            load->draft ? dp_draft_find_measure(load->draft, quantity) : NULL;
        struct dp_card_measure measure;
        const char *other = dimension_with(card, quantity);
        if (other)
            return fail_again(load, planned, dp_quantity_name(quantity), other);
        dp_card_measure_default(quantity, load->config->scorecard_robust, &measure);
        if (said && said->weight_line && said->weight == 0)
            continue;
        if (!settle_measure(load, planned, said, &measure))
            return false;
        if (!dp_scorecard_add_measure(card, &measure))
            return fail_full(load);
    }
    return true;
}

/* Every measure was taken out of a dimension: of the preset or of the draft. */
static bool fail_empty(struct dp_config_load *load, const struct planned *planned)
{
    const struct dp_draft_measure *last =
        dp_draft_find_measure(load->draft, planned->measures[planned->measure_count - 1]);
    char wrong[DP_CONFIG_TEXT];
    snprintf(wrong, sizeof wrong, "no measure of dimension %s is left", planned->name);
    return fail_measure(load, last, last->weight_line, "weight", wrong,
                        "a weight above 0 for one of them, or weight = 0 for the dimension");
}

/* Weights that do not add up are shown at the last line that says one. */
static bool check_weights(struct dp_config_load *load)
{
    const struct dp_scorecard *card = &load->config->scorecard;
    char wrong[2 * DP_CONFIG_TEXT];
    int64_t sum = 0;
    for (size_t i = 0; i < card->dimension_count; i++)
        sum += card->dimensions[i].weight;
    bool taken_out = load->draft && load->draft->dimension_count > 0;
    if ((card->dimension_count == 0 && !taken_out) ||
        llabs(sum - DP_WEIGHT_UNIT) <= DP_WEIGHT_SLACK)
        return true;
    const struct dp_draft_dimension *last = &load->draft->dimensions[0];
    for (size_t i = 1; i < load->draft->dimension_count; i++)
        if (load->draft->dimensions[i].weight_line > last->weight_line)
            last = &load->draft->dimensions[i];
    size_t used = 0;
    for (size_t i = 0; i < card->dimension_count; i++)
        used +=
            (size_t)snprintf(wrong + used, sizeof wrong - used, "%s%s %g", i ? ", " : "",
                             card->dimensions[i].name, (double)card->dimensions[i].weight / 1e6);
    snprintf(wrong + used, sizeof wrong - used, "%s add up to %.7g", used ? "" : "the weights",
             (double)sum / 1e6);
    return fail_dimension(load, last, last->weight_line, "weight", wrong,
                          "weights of all dimensions that add up to 1");
}

/* What is said of a measure that no dimension has would have no effect. */
static bool check_measures(struct dp_config_load *load)
{
    for (size_t i = 0; i < load->draft->measure_count; i++) {
        const struct dp_draft_measure *measure = &load->draft->measures[i];
        bool taken_out = measure->weight_line && measure->weight == 0;
        if (!taken_out && !dimension_with(&load->config->scorecard, measure->quantity))
            return fail_measure(load, measure, 0, NULL, "no dimension has this measure",
                                "measures that [dimension \"NAME\"] names, or the preset");
    }
    return true;
}

static bool build_awards(struct dp_config_load *load)
{
    struct dp_scorecard_draft *draft = load->draft;
    load->config->awards = dp_xcalloc(draft->award_count, sizeof *load->config->awards);
    for (size_t i = 0; i < draft->award_count; i++) {
        const struct dp_draft_award *award = &draft->awards[i];
        if (!award->when_line)
            return fail_at(load, award->line, "award", award->award.name, "when", "this is missing",
                           "FIGURE OP NUMBER [and ...], top N %, or bottom N %");
        load->config->awards[load->config->award_count++] = award->award;
    }
    return true;
}

bool dp_draft_build(struct dp_config_load *load)
{
    struct dp_scorecard_draft *draft = load->draft;
    struct plan plan = {.count = 0};
    plan_preset(load->config, &plan);
    for (size_t i = 0; draft && i < draft->dimension_count; i++)
        if (!plan_dimension(load, &draft->dimensions[i], &plan))
            return false;
    for (size_t i = 0; i < plan.count; i++) {
        const struct planned *planned = &plan.dimensions[i];
        struct dp_scorecard *card = &load->config->scorecard;
        if (planned->weight == 0)
            continue;
        if (!build_dimension(load, planned, card))
            return false;
        if (card->dimensions[card->dimension_count - 1].count == 0)
            return fail_empty(load, planned);
    }
    return check_weights(load) && (!draft || (check_measures(load) && build_awards(load)));
}

static const struct dp_card_dimension *card_dimension(const struct dp_scorecard *card,
                                                      const char *name)
{
    for (size_t i = 0; i < card->dimension_count; i++)
        if (strcmp(card->dimensions[i].name, name) == 0)
            return &card->dimensions[i];
    return NULL;
}

/* Only of a card with the dimensions that the ranges are recommended for. */
void dp_config_warnings(const struct dp_config *config, dp_config_warn_fn *warn, void *ctx)
{
    const struct dp_card_dimension *dimensions[DP_WEIGHT_RANGES];
    for (size_t i = 0; i < DP_WEIGHT_RANGES; i++) {
        dimensions[i] = card_dimension(&config->scorecard, dp_weight_ranges[i].dimension);
        if (!dimensions[i])
            return;
    }
    for (size_t i = 0; i < DP_WEIGHT_RANGES; i++) {
        const struct dp_weight_range *range = &dp_weight_ranges[i];
        char text[DP_CONFIG_TEXT];
        if (dimensions[i]->weight >= range->low && dimensions[i]->weight <= range->high)
            continue;
        snprintf(text, sizeof text,
                 "[dimension \"%s\"] weight: %g is outside of what is recommended, %g to %g",
                 range->dimension, (double)dimensions[i]->weight / 1e6, (double)range->low / 1e6,
                 (double)range->high / 1e6);
        warn(ctx, text);
    }
}
