/* The files of the board's page, as the build has made them of board/web. Thread: any. */
#ifndef DP_BOARD_PAGE_H
#define DP_BOARD_PAGE_H

#include <stddef.h>

#include "common/str.h"

struct dp_page {
    const char *path;                    /* "/app.js" */
    const char *type;                    /* of the content */
    const char *etag;                    /* in quotes; another one for another content */
    const unsigned char *plain, *packed; /* as it is, and gzipped */
    size_t plain_size, packed_size;
};

extern const struct dp_page dp_pages[];
extern const size_t dp_page_count;

/* The file that stands behind a path; paths of views lead to the one page. NULL: none. */
const struct dp_page *dp_page_find(struct dp_str path);

#endif
