package peers;

import java.util.HashMap;
import java.util.Map;

/** The fields of an event's data, and which values each may have. */
enum Field {
    INTERACTION("interaction_id", Kind.IDENTIFIER),
    AGENT("agent_id", Kind.IDENTIFIER),
    TEAM("team", Kind.IDENTIFIER),
    QUEUE("queue", Kind.IDENTIFIER),
    CUSTOMER("customer_id", Kind.IDENTIFIER),
    TO_AGENT("to_agent_id", Kind.IDENTIFIER),
    TO_QUEUE("to_queue", Kind.IDENTIFIER),
    REASON("reason", Kind.TEXT),
    DISPOSITION("disposition", Kind.TEXT),
    CHANNEL("channel", Kind.WORD, "voice", "chat", "email"),
    PRIORITY("priority", Kind.WORD, "urgent", "high", "normal", "low"),
    FROM("from", Kind.WORD, "customer", "agent", "bot"),
    ENDED_BY("ended_by", Kind.WORD, "customer", "agent", "system"),
    AGENT_STATE("state", Kind.WORD, "offline", "available", "busy", "wrapup", "break", "training",
            "meeting"),
    MEASURE("measure", Kind.WORD, "internal_satisfaction", "cross_team_completion",
            "training_attendance", "knowledge"),
    RESOLVED_FLAG("resolved", Kind.BOOLEAN),
    FATAL("fatal", Kind.BOOLEAN),
    SCORE("score", Kind.NUMBER),
    SCALE("scale", Kind.NUMBER),
    VALUE("value", Kind.NUMBER);

    enum Kind { IDENTIFIER, TEXT, WORD, BOOLEAN, NUMBER }

    static final Field[] ALL = values();
    private static final Map<String, Field> BY_NAME = new HashMap<>();

    static {
        for (Field field : ALL)
            BY_NAME.put(field.text, field);
    }

    final String text;
    final Kind kind;
    private final String[] words;

    Field(String text, Kind kind, String... words) {
        this.text = text;
        this.kind = kind;
        this.words = words;
    }

    /** Null: unknown. */
    static Field named(String text) {
        return BY_NAME.get(text);
    }

    static int of(Field... fields) {
        int set = 0;
        for (Field field : fields)
            set |= 1 << field.ordinal();
        return set;
    }

    /** The place of a word among those that are allowed; -1: it is none of them. */
    int word(String value) {
        for (int i = 0; i < words.length; i++)
            if (words[i].equals(value))
                return i;
        return -1;
    }

    /** 1 to 128 bytes of UTF-8 without control characters, braces and colons. */
    static boolean isIdentifier(String value) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || (c >= 0x7f && c <= 0x9f) || c == '{' || c == '}' || c == ':')
                return false;
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes >= 1 && bytes <= 128;
    }
}
