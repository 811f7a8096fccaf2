#include "aggregator/scorecard_presets.h"

#include <string.h>

#define PERCENT(n) ((n)*DP_WEIGHT_UNIT / 100)

const char *const dp_preset_names[DP_PRESETS] = {"none", "performance", "training"};

const struct dp_weight_range dp_weight_ranges[DP_WEIGHT_RANGES] = {
    {"service_quality", PERCENT(40), PERCENT(50)},
    {"efficiency", PERCENT(30), PERCENT(40)},
    {"teamwork", PERCENT(10), PERCENT(20)},
    {"development", PERCENT(5), PERCENT(10)},
};

#define FIGURE(symbol) ((enum dp_quantity)DP_FIGURE_##symbol)
#define MORE(symbol)   DP_QUANTITY_##symbol

/* What an ordinary centre of calls and chats calls bad and good. Times and volumes depend on the
 * work more than the others: docs/configuration.md says to set them. */
static const struct {
    enum dp_quantity quantity;
    double floor, target;
} lines[] = {
    {FIGURE(SATISFACTION_MEAN), 60, 95},
    {FIGURE(COMPLAINT_RATE), 0.05, 0},
    {FIGURE(RESOLUTION_RATE), 0.6, 0.95},
    {FIGURE(FCR_RATE), 0.5, 0.85},
    {FIGURE(QUALITY_MEAN), 60, 95},
    {FIGURE(RESPONSE_MEAN), 60e3, 10e3},
    {FIGURE(HANDLE_MEAN), 600e3, 240e3},
    {FIGURE(SERVICE_LEVEL), 0.6, 0.9},
    {FIGURE(OCCUPANCY), 0.5, 0.8},
    {FIGURE(TRANSFER_RATE), 0.2, 0.05},
    {MORE(VOLUME), 20, 60},
    {FIGURE(CONTACTS_PER_HOUR), 4, 10},
    {MORE(INTERNAL_SATISFACTION), 60, 95},
    {MORE(CROSS_TEAM_COMPLETION), 60, 100},
    {MORE(TRAINING_ATTENDANCE), 60, 100},
    {MORE(KNOWLEDGE), 60, 95},
    {MORE(FATAL_RATE), 0.1, 0},
    {MORE(DECLINES_PER_100), 10, 0},
};

struct preset_dimension {
    const char *name;
    int64_t weight;
    size_t count;
    enum dp_quantity measures[5];
};

static const struct preset_dimension performance[] = {
    {"service_quality",
     PERCENT(45),
     4,
     {FIGURE(SATISFACTION_MEAN), FIGURE(COMPLAINT_RATE), FIGURE(RESOLUTION_RATE),
      FIGURE(QUALITY_MEAN)}},
    {"efficiency", PERCENT(35), 3, {FIGURE(RESPONSE_MEAN), FIGURE(HANDLE_MEAN), MORE(VOLUME)}},
    {"teamwork", PERCENT(15), 2, {MORE(INTERNAL_SATISFACTION), MORE(CROSS_TEAM_COMPLETION)}},
    {"development", PERCENT(5), 2, {MORE(TRAINING_ATTENDANCE), MORE(KNOWLEDGE)}},
};

static const struct preset_dimension training[] = {
    {"efficiency",
     PERCENT(25),
     3,
     {FIGURE(RESPONSE_MEAN), FIGURE(HANDLE_MEAN), FIGURE(CONTACTS_PER_HOUR)}},
    {"quality",
     PERCENT(35),
     3,
     {FIGURE(QUALITY_MEAN), FIGURE(SATISFACTION_MEAN), FIGURE(RESOLUTION_RATE)}},
    {"development", PERCENT(20), 2, {MORE(TRAINING_ATTENDANCE), MORE(KNOWLEDGE)}},
    {"compliance",
     PERCENT(20),
     3,
     {MORE(FATAL_RATE), FIGURE(COMPLAINT_RATE), MORE(DECLINES_PER_100)}},
};

static const struct {
    const struct preset_dimension *dimensions;
    size_t count;
} presets[DP_PRESETS] = {
    [DP_PRESET_PERFORMANCE] = {performance, sizeof performance / sizeof *performance},
    [DP_PRESET_TRAINING] = {training, sizeof training / sizeof *training},
};

bool dp_card_measure_default(enum dp_quantity quantity, struct dp_robust handling,
                             struct dp_card_measure *measure)
{
    *measure = (struct dp_card_measure){.quantity = quantity, .weight = DP_WEIGHT_UNIT};
    if (quantity == FIGURE(HANDLE_MEAN))
        measure->robust = handling;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].quantity != quantity)
            continue;
        measure->floor = lines[i].floor;
        measure->target = lines[i].target;
        return true;
    }
    return false;
}

void dp_scorecard_preset(enum dp_preset preset, struct dp_robust handling,
                         struct dp_scorecard *card)
{
    memset(card, 0, sizeof *card);
    for (size_t i = 0; i < presets[preset].count; i++) {
        const struct preset_dimension *dimension = &presets[preset].dimensions[i];
        dp_scorecard_add_dimension(card, dimension->name, dimension->weight);
        for (size_t n = 0; n < dimension->count; n++) {
            struct dp_card_measure measure;
            dp_card_measure_default(dimension->measures[n], handling, &measure);
            dp_scorecard_add_measure(card, &measure);
        }
    }
}
