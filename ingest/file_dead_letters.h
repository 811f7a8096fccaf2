/* Dead letters as an NDJSON file, one line each:
 *
 *   {"topic":"events.ndjson","partition":0,"offset":17,"reason":"bad_json","value":"..."}
 *
 * `value` is the message as a JSON string; where it is not valid UTF-8 there is `value_base64`
 * instead. Memory does not grow with the message. */
#ifndef DP_FILE_DEAD_LETTERS_H
#define DP_FILE_DEAD_LETTERS_H

#include <stddef.h>

#include "ingest/dead_letters.h"

/* Makes the file anew (mode 0640). NULL with one line in `error`. After a failed write, which is
 * said in the log, `put` returns false for good: whoever replays has to stop. `settled` writes out
 * what is buffered; `close` frees what is returned. */
struct dp_dead_letters *dp_file_dead_letters_create(const char *path, char *error, size_t size);

#endif
