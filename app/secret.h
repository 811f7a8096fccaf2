/* A secret that the configuration only says the place of, so that it is in no file that people
 * show one another. Thread: any.
 *
 * A secret is 1 to DP_SECRET_MAX bytes without control characters, and so without line ends. What
 * is wrong with one is told without it. */
#ifndef DP_SECRET_H
#define DP_SECRET_H

#include <stddef.h>

#define DP_SECRET_MAX 4096

/* All of a regular file that others than its owner and group can neither read nor write, but for
 * one end of line behind it. NULL: `wrong` says why, as what comes behind the file's name. */
char *dp_secret_of_file(const char *path, char *wrong, size_t size);
#define DP_SECRET_FILE_ALLOWED                                                                     \
    "a file with the secret in one line, which others than its owner and group may not read or "   \
    "write (chmod 640, 600 or 400)"

/* The value of a variable; else the same. */
char *dp_secret_of_variable(const char *name, char *wrong, size_t size);
#define DP_SECRET_VARIABLE_ALLOWED "the name of a variable that holds the secret"

/* Wipes it. NULL is none. */
void dp_secret_destroy(char *secret);

#endif
