#include "app/fact_book.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_fact_book_init(struct dp_fact_book *book,
                       bool (*wants)(void *ctx, const struct dp_told *told), void *ctx)
{
    *book = (struct dp_fact_book){.wants = wants, .ctx = ctx, .latest_ms = INT64_MIN};
}

void dp_fact_book_deinit(struct dp_fact_book *book)
{
    for (size_t i = 0; i < book->told_count; i++)
        free(book->told[i].texts);
    free(book->told);
    free(book->entries);
    free(book->epochs);
}

/* Taking -----------------------------------------------------------------------------------------
 */

static void note_epoch(struct dp_fact_book *book, const struct dp_fact_place *place)
{
    size_t i = book->epoch_count;
    if (!place->epoch)
        return;
    while (i-- > 0) /* mostly the latest */
        if (book->epochs[i].epoch == place->epoch) {
            if (place->began < book->epochs[i].began)
                book->epochs[i].began = place->began;
            return;
        }
    book->epochs =
        dp_xgrow(book->epochs, book->epoch_count, &book->epoch_capacity, sizeof *book->epochs);
    book->epochs[book->epoch_count++] = (struct dp_fact_epoch){place->epoch, place->began};
}

static struct dp_str *strings_of(struct dp_told *told, size_t which)
{
    struct dp_str *strings[] = {&told->contact, &told->event, &told->agent, &told->team,
                                &told->queue};
    return which < sizeof strings / sizeof *strings ? strings[which] : NULL;
}

static void keep(struct dp_fact_book *book, const struct dp_fact_line *line, int64_t written_ms)
{
    book->told = dp_xgrow(book->told, book->told_count, &book->told_capacity, sizeof *book->told);
    struct dp_fact_book_entry *entry = &book->told[book->told_count++];
    size_t size = 1, at = 0;
    *entry = (struct dp_fact_book_entry){
        .told = line->told, .place = line->place, .written_ms = written_ms};
    struct dp_str *string;
    for (size_t i = 0; (string = strings_of(&entry->told, i)); i++)
        size += string->len;
    entry->texts = dp_xmalloc(size);
    for (size_t i = 0; (string = strings_of(&entry->told, i)); i++) {
        if (string->len)
            memcpy(entry->texts + at, string->p, string->len);
        string->p = string->len ? entry->texts + at : NULL;
        at += string->len;
    }
}

void dp_fact_book_take(struct dp_fact_book *book, struct dp_str text, int64_t written_ms)
{
    struct dp_fact_line line;
    dp_fact_line_read(&line, text);
    book->lines++;
    book->bad += line.kind == DP_LINE_BAD;
    book->unknown += line.kind == DP_LINE_OTHER;
    if (line.kind != DP_LINE_BAD)
        note_epoch(book, &line.place);
    if (line.kind == DP_LINE_FACT) {
        if (line.told.fact.time_ms > book->latest_ms)
            book->latest_ms = line.told.fact.time_ms;
        if (book->wants(book->ctx, &line.told))
            keep(book, &line, written_ms);
    }
    dp_fact_line_deinit(&line);
}

/* Closing ----------------------------------------------------------------------------------------
 */

/* Of a frame that another owner made anew, or that is not known to be committed. */
static bool is_superseded(const struct dp_fact_book *book, const struct dp_fact_place *place,
                          uint64_t committed)
{
    if (!place->epoch)
        return false;
    for (size_t i = 0; i < book->epoch_count; i++)
        if (book->epochs[i].epoch > place->epoch && book->epochs[i].began <= place->frame)
            return true;
    return place->frame > committed;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
    const struct dp_fact_place *left = &((const struct dp_fact_book_entry *)a)->place;
    const struct dp_fact_place *right = &((const struct dp_fact_book_entry *)b)->place;
    int order = compare_numbers(left->epoch, right->epoch);
    order = order ? order : compare_numbers(left->frame, right->frame);
    return order ? order : compare_numbers(left->seq, right->seq);
}

/* By time; equal facts are neighbours. */
static int by_fact(const void *a, const void *b)
{
    struct dp_told left = ((const struct dp_fact_book_entry *)a)->told;
    struct dp_told right = ((const struct dp_fact_book_entry *)b)->told;
    if (left.fact.time_ms != right.fact.time_ms)
        return left.fact.time_ms < right.fact.time_ms ? -1 : 1;
    for (size_t i = 0; strings_of(&left, i); i++) {
        int order = dp_str_compare(*strings_of(&left, i), *strings_of(&right, i));
        if (order)
            return order;
    }
    return memcmp(&left.fact, &right.fact, sizeof left.fact);
}

void dp_fact_book_close(struct dp_fact_book *book, uint64_t committed)
{
    size_t kept = 0;
    if (book->told_count)
        qsort(book->told, book->told_count, sizeof *book->told, by_place);
    for (size_t i = 0; i < book->told_count; i++) {
        struct dp_fact_book_entry *entry = &book->told[i];
        bool superseded = is_superseded(book, &entry->place, committed);
        bool twice = kept && entry->place.epoch && by_place(entry, &book->told[kept - 1]) == 0;
        book->superseded += superseded;
        if (superseded || twice)
            free(entry->texts);
        else
            book->told[kept++] = *entry;
    }
    book->told_count = kept;
}

void dp_fact_book_net(struct dp_fact_book *book, size_t told)
{
    size_t kept = 0;
    book->orphaned = 0;
    book->entries = dp_xrealloc(book->entries, (told + 1) * sizeof *book->entries);
    if (told) {
        memcpy(book->entries, book->told, told * sizeof *book->entries);
        qsort(book->entries, told, sizeof *book->entries, by_fact);
    }
    for (size_t first = 0, next; first < told; first = next) {
        int64_t sum = 0;
        for (next = first; next < told && by_fact(&book->entries[first], &book->entries[next]) == 0;
             next++)
            sum += book->entries[next].told.sign;
        book->orphaned += sum < 0 ? (uint64_t)-sum : 0;
        for (size_t i = first; i < next && sum > 0; i++, sum--) {
            book->entries[kept] = book->entries[i];
            book->entries[kept++].told.sign = 1;
        }
    }
    book->count = kept;
}
