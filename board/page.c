#include "board/page.h"

static bool begins_with(struct dp_str path, const char *with)
{
    size_t len = strlen(with);
    return path.len >= len && memcmp(path.p, with, len) == 0;
}

const struct dp_page *dp_page_find(struct dp_str path)
{
    static const char *const views[] = {"/team/", "/agent/", "/queue/"};
    bool view = dp_str_equal(path, DP_STR("/")) || dp_str_equal(path, DP_STR("/alerts"));
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        view |= begins_with(path, views[i]);
    if (view)
        path = DP_STR("/index.html");
    for (size_t i = 0; i < dp_page_count; i++)
        if (dp_str_equal(path, dp_str_from(dp_pages[i].path)))
            return &dp_pages[i];
    return NULL;
}
