#include "simulate/plan.h"

#include <string.h>

const struct dp_sim_line dp_sim_lines[DP_SIM_LINES] = {
    {"sales", DP_CHANNEL_VOICE, 0, 240, 150000, 18000},
    {"support", DP_CHANNEL_VOICE, 1, 360, 180000, 24000},
    {"billing", DP_CHANNEL_VOICE, 2, 220, 130000, 15000},
    {"tech", DP_CHANNEL_VOICE, 3, 180, 210000, 30000},
    {"sales", DP_CHANNEL_CHAT, 4, 300, 26000, 12000},
    {"support", DP_CHANNEL_CHAT, 4, 450, 30000, 12000},
    {"tech", DP_CHANNEL_CHAT, 4, 250, 38000, 15000},
    {"billing", DP_CHANNEL_EMAIL, 5, 450, 170000, 10000},
    {"support", DP_CHANNEL_EMAIL, 5, 550, 230000, 12000},
};

const struct dp_sim_group dp_sim_groups[DP_SIM_GROUPS] = {
    {"sales", DP_CHANNEL_VOICE, 170, 1},   {"support", DP_CHANNEL_VOICE, 250, 1},
    {"billing", DP_CHANNEL_VOICE, 150, 1}, {"tech", DP_CHANNEL_VOICE, 120, 1},
    {"digital", DP_CHANNEL_CHAT, 250, 3},  {"backoffice", DP_CHANNEL_EMAIL, 60, 1},
};

/* Shift starts by hour and how many of 1,000 agents have them. */
static const struct {
    int hour;
    uint32_t permille;
} shifts[] = {{6, 100}, {7, 140}, {8, 180}, {9, 160}, {10, 100},
              {12, 90}, {13, 80}, {14, 70}, {16, 40}, {22, 40}};

/* E-mails come when people sit at their desks, staffed or not: of 1,000 a day, in each two hours.
 */
static const uint32_t email_curve[12] = {12, 8, 10, 40, 130, 170, 140, 150, 130, 90, 75, 45};

/* Of the time on shift, what breaks, training and meetings leave. */
#define PRESENT_PERMILLE UINT64_C(870)
#define BACKOFFICE_LOAD  UINT64_C(780) /* permille of the capacity of a day */
#define CHATS_AN_AGENT   UINT64_C(950) /* thousandths; more than one at once is the rule at peaks */

/* How long a contact of the line keeps its agent (chat: one of its places), on average. */
static uint64_t occupied_ms(const struct dp_sim_line *line)
{
    int64_t ms = line->work_ms + line->wrap_ms;
    if (line->channel == DP_CHANNEL_VOICE)
        ms += 15000; /* ringing, holds */
    if (line->channel == DP_CHANNEL_CHAT)
        ms = 7 * (line->work_ms + INT64_C(22000)) + line->wrap_ms + 20000; /* seven exchanges */
    return (uint64_t)(ms * 108 / 100); /* some need a second agent */
}

static uint64_t square_root(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= n)
            root += bit;
    return root;
}

/* The load that a group of that size bears at an ordinary service level, in permille: the
 * square-root rule of staffing (Halfin, Whitt 1981), so that small centres are not overrun nor
 * large ones idle. */
static uint64_t bearable_load(uint64_t staff_milli)
{
    uint64_t spare = 700000 / (square_root(staff_milli * 1000) + 1);
    return spare > 700 ? 300 : spare < 85 ? 915 : 1000 - spare;
}

/* The group farthest behind its share of the agents that are placed so far. */
static uint8_t next_group(const uint32_t *members, uint32_t placed)
{
    uint8_t best = 0;
    int64_t most = INT64_MIN;
    for (uint8_t g = 0; g < DP_SIM_GROUPS; g++) {
        int64_t behind =
            (int64_t)dp_sim_groups[g].permille * (placed + 1) - INT64_C(1000) * members[g];
        if (behind > most) {
            most = behind;
            best = g;
        }
    }
    return best;
}

/* The k-th member's shift: multiples of the golden ratio cover the day evenly however many there
 * are. */
static int32_t shift_start(const struct dp_sim_plan *plan, unsigned group, uint32_t k)
{
    uint32_t turn = (k + 1) * UINT32_C(2654435769) + group * UINT32_C(715827883);
    if (plan->around_the_clock)
        return (int32_t)(((uint64_t)turn * (uint64_t)plan->cycle_ms) >> 32);
    uint32_t permille = (uint32_t)(((uint64_t)turn * 1000) >> 32);
    size_t i = 0;
    for (; permille >= shifts[i].permille; i++)
        permille -= shifts[i].permille;
    return shifts[i].hour * 3600000;
}

/* Fills the posts; `staff` gets the agents at work by group and slot, in thousandths. */
static void place_agents(const struct dp_sim_plan *plan, struct dp_sim_post *posts, uint32_t agents,
                         uint64_t staff[DP_SIM_GROUPS][DP_SIM_SLOTS])
{
    uint32_t members[DP_SIM_GROUPS] = {0};
    memset(staff, 0, sizeof(uint64_t[DP_SIM_GROUPS][DP_SIM_SLOTS]));
    for (uint32_t i = 0; i < agents; i++) {
        uint8_t g = next_group(members, i);
        uint32_t k = members[g]++;
        posts[i].group = g;
        posts[i].team = (uint16_t)(k / DP_SIM_TEAM_SIZE + 1);
        posts[i].shift_ms = shift_start(plan, g, k);
        for (int s = 0; s < DP_SIM_SLOTS; s++) {
            int64_t since = s * DP_SIM_SLOT_MS - posts[i].shift_ms;
            if (plan->around_the_clock)
                staff[g][s] += PRESENT_PERMILLE * DP_SIM_SHIFT_MS / (uint64_t)plan->cycle_ms;
            else if ((since + DP_SIM_DAY_MS) % DP_SIM_DAY_MS < DP_SIM_SHIFT_MS)
                staff[g][s] += PRESENT_PERMILLE;
        }
    }
}

/* Contacts at once, in thousandths, that the channel is to bring in a slot. */
static uint64_t forecast(const struct dp_sim_plan *plan, enum dp_channel channel,
                         uint64_t staff[DP_SIM_GROUPS][DP_SIM_SLOTS], int slot)
{
    uint64_t now = 0, day = 0;
    for (int g = 0; g < DP_SIM_GROUPS; g++) {
        if (dp_sim_groups[g].channel != channel)
            continue;
        now += staff[g][slot];
        for (int s = 0; s < DP_SIM_SLOTS; s++)
            day += staff[g][s];
    }
    if (channel == DP_CHANNEL_CHAT)
        return now * CHATS_AN_AGENT / 1000;
    if (channel == DP_CHANNEL_VOICE)
        return now * bearable_load(now) / 1000;
    if (plan->around_the_clock)
        return now * BACKOFFICE_LOAD / 1000;
    return day * BACKOFFICE_LOAD / 1000 * email_curve[slot / 4] / 4000;
}

void dp_sim_plan_init(struct dp_sim_plan *plan, struct dp_sim_post *posts, uint32_t agents,
                      bool around_the_clock, uint32_t permille, struct dp_rng *rng)
{
    uint64_t staff[DP_SIM_GROUPS][DP_SIM_SLOTS];
    memset(plan, 0, sizeof(*plan));
    plan->around_the_clock = around_the_clock;
    plan->cycle_ms = around_the_clock ? DP_SIM_SHIFT_MS + DP_SIM_SLOT_MS : DP_SIM_DAY_MS;
    place_agents(plan, posts, agents, staff);
    int wave = around_the_clock ? 130 : 190; /* permille about the forecast, for the centre */
    for (int s = 0; s < DP_SIM_SLOTS; s++) {
        uint64_t centre = (uint64_t)dp_rng_between(rng, 1000 - wave, 1000 + wave);
        for (int l = 0; l < DP_SIM_LINES; l++) {
            const struct dp_sim_line *line = &dp_sim_lines[l];
            uint64_t own = (uint64_t)dp_rng_between(rng, 1000 - wave, 1000 + wave);
            uint64_t load = forecast(plan, line->channel, staff, s) * line->permille / 1000;
            uint64_t rate = load * 3600000 / occupied_ms(line);
            rate = rate * centre / 1000 * own / 1000 * permille / 1000;
            plan->rate[l][s] = rate;
            plan->peak[l] = rate > plan->peak[l] ? rate : plan->peak[l];
        }
    }
    for (int l = 0; l < DP_SIM_LINES; l++)
        plan->rate[l][DP_SIM_SLOTS] = plan->rate[l][0];
}

uint64_t dp_sim_plan_rate(const struct dp_sim_plan *plan, unsigned line, int64_t at_ms)
{
    int64_t of_day = (at_ms % DP_SIM_DAY_MS + DP_SIM_DAY_MS) % DP_SIM_DAY_MS;
    const uint64_t *rate = &plan->rate[line][of_day / DP_SIM_SLOT_MS];
    uint64_t into = (uint64_t)(of_day % DP_SIM_SLOT_MS);
    return (rate[0] * ((uint64_t)DP_SIM_SLOT_MS - into) + rate[1] * into) /
           (uint64_t)DP_SIM_SLOT_MS;
}
