/* The terminal that `top` is on, by ncurses: shows pages and reads keys. One at a time. Thread: the
 * loop's. */
#ifndef DP_TOP_TERMINAL_H
#define DP_TOP_TERMINAL_H

#include "top/page.h"

struct dp_top_terminal;

/* Takes the terminal of standard input and output over; LC_CTYPE is set. NULL: it cannot be used,
 * `error` says why in one line. */
struct dp_top_terminal *dp_top_terminal_open(char *error, size_t error_size);

/* Gives it back as it was. */
void dp_top_terminal_close(struct dp_top_terminal *terminal);

/* Readable when there are keys; not blocking, and the terminal's own: nobody else's descriptor of
 * it is changed. */
int dp_top_terminal_fd(const struct dp_top_terminal *terminal);

/* A character's Unicode number or enum dp_top_key; DP_TOP_KEY_NONE: no key waits. */
unsigned dp_top_terminal_key(struct dp_top_terminal *terminal);

void dp_top_terminal_size(const struct dp_top_terminal *terminal, size_t *rows, size_t *columns);
void dp_top_terminal_show(struct dp_top_terminal *terminal, const struct dp_top_page *page);

/* The terminal has another size: takes it over. */
void dp_top_terminal_resize(struct dp_top_terminal *terminal);

/* Before the process stops, and once it goes on; the next page is drawn from scratch. */
void dp_top_terminal_leave(struct dp_top_terminal *terminal);
void dp_top_terminal_return(struct dp_top_terminal *terminal);

#endif
