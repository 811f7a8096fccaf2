/* What the fields of a period's hash are called, and what each says, in one sentence for a reader
 * who is no programmer: the figures of aggregator/figures.h, then what an agent has besides.
 * docs/kpis.md has the same at length. Pure; any thread. */
#ifndef DP_FIGURE_TEXT_H
#define DP_FIGURE_TEXT_H

#include "aggregator/figures.h"
#include "common/str.h"

/* COUNT and MS: whole numbers. SHARE (0 to 1), SCORE (0 to 100) and RATIO: millionths. FLAG: 1 or
 * 0. CLASSES: DP_CLASSES counts, separated by commas. */
enum dp_text_unit {
    DP_TEXT_COUNT,
    DP_TEXT_MS,
    DP_TEXT_SHARE,
    DP_TEXT_SCORE,
    DP_TEXT_RATIO,
    DP_TEXT_FLAG,
    DP_TEXT_CLASSES,
    DP_TEXT_WORDS
};

enum dp_text_group {
    DP_GROUP_DEMAND,
    DP_GROUP_REPLIES,
    DP_GROUP_HANDLING,
    DP_GROUP_OUTCOME,
    DP_GROUP_QUALITY,
    DP_GROUP_TIME,
    DP_GROUP_SCORECARD,
    DP_GROUPS
};
extern const char *const dp_group_names[DP_GROUPS];

/* X(symbol, name, unit, group, agents only, label, definition), in the order of the hash. */
#define DP_EXTRA_TABLE(X)                                                                          \
    X(RESPONSE_COUNTS, "response_counts", CLASSES, DEMAND, false, "responses by time",             \
      "How many responses took up to 5 s, 10 s, 20 s, 30 s, 1 m, 2 m, 3 m, 5 m, 10 m, 20 m, "      \
      "30 m, 1 h, and longer.")                                                                    \
    X(HANDLE_COUNTS, "handle_counts", CLASSES, HANDLING, false, "handles by time",                 \
      "How many handles took up to 5 s, 10 s, 20 s, 30 s, 1 m, 2 m, 3 m, 5 m, 10 m, 20 m, 30 m, "  \
      "1 h, and longer.")                                                                          \
    X(VOLUME, "volume", COUNT, HANDLING, true, "volume", "Contacts handled.")                      \
    X(DAYS_WORKED, "days_worked", COUNT, TIME, true, "days worked",                                \
      "Days on which at least one contact was handled.")                                           \
    X(ONLINE, "online_ms", MS, TIME, true, "online", "Time in any state but offline.")             \
    X(AVAILABLE, "available_ms", MS, TIME, true, "available", "Time ready for a contact.")         \
    X(BUSY, "busy_ms", MS, TIME, true, "busy", "Time with contacts.")                              \
    X(WRAPUP, "wrapup_ms", MS, TIME, true, "wrap-up", "Time with the work after contacts.")        \
    X(BREAK, "break_ms", MS, TIME, true, "break", "Time on break.")                                \
    X(TRAINING, "training_ms", MS, TIME, true, "training", "Time in training.")                    \
    X(MEETING, "meeting_ms", MS, TIME, true, "meetings", "Time in meetings.")                      \
    X(TEAM, "team", WORDS, SCORECARD, true, "team", "The team the agent is ranked in.")            \
    X(INTERNAL_SATISFACTION, "internal_satisfaction", SCORE, SCORECARD, true,                      \
      "internal satisfaction", "Mean of the marks that colleagues gave, 0 to 100.")                \
    X(CROSS_TEAM_COMPLETION, "cross_team_completion", SCORE, SCORECARD, true,                      \
      "cross-team completion", "Work for other teams that was completed, 0 to 100.")               \
    X(TRAINING_ATTENDANCE, "training_attendance", SCORE, SCORECARD, true, "training attendance",   \
      "Trainings attended, 0 to 100.")                                                             \
    X(KNOWLEDGE, "knowledge", SCORE, SCORECARD, true, "knowledge",                                 \
      "Mean mark of tests and contributions of knowledge, 0 to 100.")                              \
    X(QUALITY_QUOTA, "quality_quota", COUNT, QUALITY, true, "quality quota",                       \
      "Quality checks wanted in the period.")                                                      \
    X(QUALITY_QUOTA_MET, "quality_quota_met", FLAG, QUALITY, true, "quota met",                    \
      "Whether there were as many quality checks as wanted.")                                      \
    X(SCORE, "score", SCORE, SCORECARD, true, "score",                                             \
      "Weighted mean of the points of the dimensions that are present, 0 to 100.")                 \
    X(COVERAGE, "coverage", SHARE, SCORECARD, true, "coverage",                                    \
      "Share of the scorecard's weight that rests on figures which are present.")                  \
    X(RANK, "rank", COUNT, SCORECARD, true, "rank",                                                \
      "Place in the team by score; equal scores share a place.")                                   \
    X(RANKED, "ranked", COUNT, SCORECARD, true, "ranked",                                          \
      "Agents of the team that have a score in the period.")                                       \
    X(BAND, "band", WORDS, SCORECARD, true, "band",                                                \
      "The top 10 % of the team are excellent, the bottom 10 % need support.")                     \
    X(AWARDS, "awards", WORDS, SCORECARD, true, "awards",                                          \
      "Awards whose conditions the agent meets in the period.")                                    \
    X(WARNINGS, "warnings", WORDS, SCORECARD, true, "warnings",                                    \
      "Warnings whose conditions the agent meets in the period.")

/* A field's number: the figures have theirs of enum dp_figure, the extras follow. */
enum dp_text_field {
    DP_TEXT_BEFORE_EXTRAS = DP_FIGURES - 1,
#define DP_X(symbol, ...) DP_TEXT_OF_##symbol,
    DP_EXTRA_TABLE(DP_X)
#undef DP_X
        DP_TEXT_FIELDS
};

struct dp_figure_text {
    const char *name; /* as in Redis */
    enum dp_text_unit unit;
    enum dp_text_group group;
    bool agents_only;
    const char *label;      /* for headings */
    const char *definition; /* one sentence */
};

/* What is said of field number `field`, from 0 to DP_TEXT_FIELDS - 1. */
const struct dp_figure_text *dp_figure_text(int field);

/* The field's number; -1: there is none of that name. */
int dp_figure_text_find(struct dp_str name);

/* Points have a field for each dimension, and for each measure in it. */
#define DP_POINTS_DEFINITION                                                                       \
    "0 to 100 on the line from a measure's floor to its target; a dimension has the weighted "     \
    "mean of its measures."

/* Sizes of times are counted in classes: up to dp_class_limits_ms[i], inclusive; the last one has
 * no limit. */
#define DP_CLASSES 13
extern const int64_t dp_class_limits_ms[DP_CLASSES - 1];

#endif
