#define _GNU_SOURCE /* wide characters of curses */

#include "top/terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#include "common/memory.h"
#include "top/view.h"

#undef columns /* term.h makes macros of what terminals can do */

#define ESCAPE_MS 25 /* what follows an escape of a key within this belongs to it */

struct dp_top_terminal {
    SCREEN *screen;
    FILE *input;
    bool colour;
};

enum { PAIR_GOOD = 1, PAIR_BAD, PAIR_HEADING };

/* Standard input may be shared with the shell, who would find it not blocking afterwards. */
static FILE *open_input(void)
{
    const char *name = ttyname(STDIN_FILENO);
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && name)
        fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    return fd < 0 ? NULL : fdopen(fd, "r");
}

/* newterm itself leaves memory behind where it does not know the terminal. */
static SCREEN *open_screen(FILE *input)
{
    int status;
    if (setupterm(NULL, STDOUT_FILENO, &status) == ERR)
        return NULL;
    bool usable = cursor_address != NULL;
    del_curterm(cur_term);
    return usable ? newterm(NULL, stdout, input) : NULL;
}

static bool start_colours(void)
{
    const char *no_colour = getenv("NO_COLOR");
    if ((no_colour && *no_colour) || !has_colors() || start_color() == ERR)
        return false;
    short background = use_default_colors() == ERR ? COLOR_BLACK : -1;
    init_pair(PAIR_GOOD, COLOR_GREEN, background);
    init_pair(PAIR_BAD, COLOR_RED, background);
    init_pair(PAIR_HEADING, COLOR_CYAN, background);
    return true;
}

struct dp_top_terminal *dp_top_terminal_open(char *error, size_t error_size)
{
    const char *name = getenv("TERM");
    FILE *input = open_input();
    if (!input) {
        snprintf(error, error_size, "the terminal cannot be opened: %s", strerror(errno));
        return NULL;
    }
    SCREEN *screen = open_screen(input);
    if (!screen) {
        snprintf(error, error_size,
                 "the terminal '%s' is not known, or its cursor cannot be moved; TERM names it",
                 name ? name : "");
        fclose(input);
        return NULL;
    }
    struct dp_top_terminal *terminal = dp_xcalloc(1, sizeof *terminal);
    terminal->screen = screen;
    terminal->input = input;
    cbreak();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    curs_set(0);
    terminal->colour = start_colours();
    return terminal;
}

void dp_top_terminal_close(struct dp_top_terminal *terminal)
{
    endwin();
    delscreen(terminal->screen);
    fclose(terminal->input);
    free(terminal);
}

int dp_top_terminal_fd(const struct dp_top_terminal *terminal)
{
    return fileno(terminal->input);
}

static unsigned special_key(wint_t key)
{
    switch (key) {
    case KEY_UP:
        return DP_TOP_KEY_UP;
    case KEY_DOWN:
        return DP_TOP_KEY_DOWN;
    case KEY_LEFT:
        return DP_TOP_KEY_LEFT;
    case KEY_RIGHT:
        return DP_TOP_KEY_RIGHT;
    case KEY_PPAGE:
        return DP_TOP_KEY_PAGE_UP;
    case KEY_NPAGE:
        return DP_TOP_KEY_PAGE_DOWN;
    case KEY_HOME:
        return DP_TOP_KEY_HOME;
    case KEY_END:
        return DP_TOP_KEY_END;
    case KEY_ENTER:
        return DP_TOP_KEY_ENTER;
    case KEY_BACKSPACE:
        return DP_TOP_KEY_BACK;
    default:
        return 0; /* a character that means nothing */
    }
}

unsigned dp_top_terminal_key(struct dp_top_terminal *terminal)
{
    wint_t key;
    (void)terminal;
    switch (get_wch(&key)) {
    case KEY_CODE_YES:
        return special_key(key);
    case OK:
        break;
    default:
        return DP_TOP_KEY_NONE;
    }
    switch (key) {
    case '\r':
    case '\n':
        return DP_TOP_KEY_ENTER;
    case '\b':
    case 0x7f:
        return DP_TOP_KEY_BACK;
    case 0x1b:
        return DP_TOP_KEY_ESCAPE;
    default:
        return (unsigned)key;
    }
}

void dp_top_terminal_size(const struct dp_top_terminal *terminal, size_t *rows, size_t *columns)
{
    int height, width;
    (void)terminal;
    getmaxyx(stdscr, height, width);
    *rows = (size_t)height;
    *columns = (size_t)width;
}

static attr_t attributes_of(const struct dp_top_terminal *terminal, enum dp_top_style style)
{
    switch (style) {
    case DP_TOP_TITLE:
        return A_BOLD;
    case DP_TOP_HEADING:
        return terminal->colour ? COLOR_PAIR(PAIR_HEADING) : A_UNDERLINE;
    case DP_TOP_CHOSEN:
        return A_REVERSE;
    case DP_TOP_GOOD:
        return terminal->colour ? COLOR_PAIR(PAIR_GOOD) : A_NORMAL;
    case DP_TOP_BAD:
        return terminal->colour ? COLOR_PAIR(PAIR_BAD) | A_BOLD : A_BOLD;
    case DP_TOP_OLD:
        return A_DIM;
    default:
        return A_NORMAL;
    }
}

void dp_top_terminal_show(struct dp_top_terminal *terminal, const struct dp_top_page *page)
{
    erase();
    for (size_t i = 0; i < page->count; i++) {
        const struct dp_top_piece *piece = &page->pieces[i];
        attrset((int)attributes_of(terminal, piece->style));
        mvaddnstr((int)piece->row, (int)piece->column, page->text.p + piece->begin,
                  (int)piece->len);
    }
    attrset(A_NORMAL);
    refresh();
}

void dp_top_terminal_resize(struct dp_top_terminal *terminal)
{
    struct winsize size;
    if (ioctl(dp_top_terminal_fd(terminal), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void dp_top_terminal_leave(struct dp_top_terminal *terminal)
{
    (void)terminal;
    endwin();
}

void dp_top_terminal_return(struct dp_top_terminal *terminal)
{
    dp_top_terminal_resize(terminal);
    reset_prog_mode(); /* a shell may have left the terminal otherwise */
    curs_set(0);
    clearok(stdscr, TRUE);
}
