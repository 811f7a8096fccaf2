#include "ingest/adapter.h"

#include <string.h>

#include "ingest/cloudevents.h"

static const struct dp_adapter *const adapters[] = {&dp_cloudevents};

#define DP_ADAPTERS (sizeof adapters / sizeof *adapters)

const struct dp_adapter *dp_adapter_find(const char *name)
{
    for (size_t i = 0; i < DP_ADAPTERS; i++)
        if (strcmp(adapters[i]->name, name) == 0)
            return adapters[i];
    return NULL;
}

const char *dp_adapter_names(void)
{
    static char names[256];
    char *end = names;
    for (size_t i = 0; i < DP_ADAPTERS; i++) {
        if (i)
            end = stpcpy(end, ", ");
        end = stpcpy(end, adapters[i]->name);
    }
    return names;
}
