#include "aggregator/histogram.h"

#include <stdlib.h>

#include "common/memory.h"

#define PAGE 64

struct dp_histogram_page {
    uint32_t total;
    uint32_t counts[PAGE];
};

/* Page 0 holds 0 to 63, page n the values from 2^(n+5) up to the next power of two. */
static unsigned page_of(int64_t value)
{
    return 58 - (unsigned)__builtin_clzll((uint64_t)value | (PAGE / 2));
}

/* log2 of the width of the page's buckets. */
static unsigned shift_of(unsigned page)
{
    return page ? page - 1 : 0;
}

static unsigned bucket_of(int64_t value, unsigned page)
{
    return (unsigned)(value >> shift_of(page)) % PAGE;
}

static int64_t middle_of(unsigned page, unsigned bucket)
{
    int64_t width = INT64_C(1) << shift_of(page);
    return (int64_t)(bucket + (page ? PAGE : 0)) * width + (width - 1) / 2;
}

unsigned dp_histogram_bucket(int64_t value)
{
    unsigned page = page_of(value);
    return page * PAGE + bucket_of(value, page);
}

int64_t dp_histogram_middle(unsigned bucket)
{
    return middle_of(bucket / PAGE, bucket % PAGE);
}

void dp_histogram_deinit(struct dp_histogram *histogram)
{
    for (unsigned page = 0; page < DP_HISTOGRAM_PAGES; page++)
        free(histogram->pages[page]);
    *histogram = (struct dp_histogram){0};
}

void dp_histogram_put(struct dp_histogram *histogram, int64_t value)
{
    unsigned page = page_of(value);
    if (!histogram->pages[page]) {
        histogram->pages[page] = dp_xcalloc(1, sizeof *histogram->pages[page]);
        histogram->used |= UINT64_C(1) << page;
    }
    histogram->pages[page]->total++;
    histogram->pages[page]->counts[bucket_of(value, page)]++;
}

void dp_histogram_take(struct dp_histogram *histogram, int64_t value)
{
    unsigned page = page_of(value);
    histogram->pages[page]->counts[bucket_of(value, page)]--;
    if (--histogram->pages[page]->total == 0) {
        free(histogram->pages[page]);
        histogram->pages[page] = NULL;
        histogram->used &= ~(UINT64_C(1) << page);
    }
}

void dp_histograms_select(const struct dp_histogram *const *histograms, size_t count,
                          const uint64_t *ranks, size_t rank_count, int64_t *values)
{
    uint64_t used = 0, passed = 0;
    for (size_t i = 0; i < count; i++)
        used |= histograms[i]->used;

    size_t found = 0;
    for (; used && found < rank_count; used &= used - 1) {
        unsigned page = (unsigned)__builtin_ctzll(used);
        uint32_t total = 0, counts[PAGE] = {0};
        for (size_t i = 0; i < count; i++)
            if (histograms[i]->pages[page])
                total += histograms[i]->pages[page]->total;
        if (passed + total < ranks[found]) {
            passed += total;
            continue;
        }
        for (size_t i = 0; i < count; i++)
            if (histograms[i]->pages[page])
                for (unsigned bucket = 0; bucket < PAGE; bucket++)
                    counts[bucket] += histograms[i]->pages[page]->counts[bucket];
        for (unsigned bucket = 0; bucket < PAGE; bucket++) {
            passed += counts[bucket];
            for (; found < rank_count && ranks[found] <= passed; found++)
                values[found] = middle_of(page, bucket);
        }
    }
}
