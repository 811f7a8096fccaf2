#include "ingest/directory.h"

void dp_directory_add(struct dp_directory *directory, const char *text, int number)
{
    struct dp_str name = dp_str_from(text);
    uint64_t head = dp_bytes_load(name.p, name.len), tail = dp_directory_tail(name);
    size_t at = dp_directory_slot(head, tail);
    while (directory->slots[at].name)
        at = dp_directory_next(at);
    directory->slots[at].head = head;
    directory->slots[at].tail = tail;
    directory->slots[at].name = name.p;
    directory->slots[at].len = (uint32_t)name.len;
    directory->slots[at].number = number;
}
