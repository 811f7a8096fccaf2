#include "sink/entry_commands.h"

#include "sink/format.h"

void dp_entry_commands_deinit(struct dp_entry_commands *commands)
{
    for (size_t i = 0; i < DP_ENTRY_COMMANDS; i++)
        dp_resp_deinit(&commands->commands[i]);
    dp_hash_image_deinit(&commands->image);
}

/* The next command: its name and the key, and so many arguments to come. */
static struct dp_resp *begin(struct dp_entry_commands *commands, struct dp_str name,
                             struct dp_str key, size_t more)
{
    struct dp_resp *resp = &commands->commands[commands->count++];
    dp_resp_begin(resp, 2 + more);
    dp_resp_add(resp, name);
    dp_resp_add(resp, key);
    return resp;
}

static void add_integer(struct dp_resp *resp, int64_t value)
{
    char number[DP_DECIMAL_SIZE];
    dp_resp_add(resp, (struct dp_str){number, dp_decimal_integer(number, value)});
}

static void make_expiry(struct dp_entry_commands *commands, struct dp_str key, int64_t ttl_ms)
{
    if (ttl_ms > 0)
        add_integer(begin(commands, DP_STR("PEXPIRE"), key, 1), ttl_ms);
}

static void make_set(struct dp_entry_commands *commands, struct dp_str key, bool gone,
                     struct dp_str member)
{
    dp_resp_add(begin(commands, gone ? DP_STR("SREM") : DP_STR("SADD"), key, 1), member);
}

static void make_ranked(struct dp_entry_commands *commands, struct dp_str key,
                        const struct dp_entry *entry)
{
    struct dp_field score = {.unit = entry->score_unit, .value = entry->score};
    char number[DP_DECIMAL_SIZE];
    if (entry->gone) {
        dp_resp_add(begin(commands, DP_STR("ZREM"), key, 1), entry->member);
        return;
    }
    struct dp_resp *resp = begin(commands, DP_STR("ZADD"), key, 2);
    dp_resp_add(resp, dp_format_field(number, &score));
    dp_resp_add(resp, entry->member);
    make_expiry(commands, key, entry->ttl_ms);
}

/* As a server before Redis 7 takes it, or one that forbids RESTORE. */
static void make_fields(struct dp_entry_commands *commands, struct dp_str key,
                        const struct dp_entry *entry)
{
    char number[DP_DECIMAL_SIZE];
    begin(commands, DP_STR("DEL"), key, 0);
    struct dp_resp *resp = begin(commands, DP_STR("HSET"), key, 2 * entry->field_count);
    for (size_t i = 0; i < entry->field_count; i++) {
        dp_resp_add(resp, dp_str_from(entry->fields[i].name));
        dp_resp_add(resp, dp_format_field(number, &entry->fields[i]));
    }
    make_expiry(commands, key, entry->ttl_ms);
}

/* The hash replaced as a whole, with its expiry (0: none), by one command. */
static void make_image(struct dp_entry_commands *commands, struct dp_str key,
                       const struct dp_entry *entry)
{
    struct dp_hash_image *image = &commands->image;
    char number[DP_DECIMAL_SIZE];
    dp_hash_image_begin(image);
    for (size_t i = 0; i < entry->field_count; i++) {
        const struct dp_field *field = &entry->fields[i];
        dp_hash_image_add(image, dp_str_from(field->name));
        if (field->unit == DP_FIELD_INTEGER)
            dp_hash_image_add_integer(image, field->value);
        else
            dp_hash_image_add(image, dp_format_field(number, field));
    }
    struct dp_resp *resp = begin(commands, DP_STR("RESTORE"), key, 3);
    add_integer(resp, entry->ttl_ms);
    dp_resp_add(resp, dp_hash_image_end(image));
    dp_resp_add(resp, DP_STR("REPLACE"));
}

void dp_entry_commands_make(struct dp_entry_commands *commands, const struct dp_entry *entry,
                            struct dp_str key, bool by_fields)
{
    commands->count = 0;
    if (entry->kind == DP_ENTRY_KNOWN)
        make_set(commands, key, entry->gone, entry->id);
    else if (entry->kind == DP_ENTRY_LABEL)
        make_set(commands, key, entry->gone, dp_str_from(entry->label));
    else if (entry->kind == DP_ENTRY_RANKED && entry->member.len)
        make_ranked(commands, key, entry);
    else if (entry->gone)
        begin(commands, DP_STR("DEL"), key, 0);
    else if (by_fields)
        make_fields(commands, key, entry);
    else
        make_image(commands, key, entry);
}
