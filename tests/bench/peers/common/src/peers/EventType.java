package peers;

import static peers.Field.*;

import java.util.HashMap;
import java.util.Map;

/** The kinds of events, with the fields that each must and may have. */
enum EventType {
    OFFERED("contact.offered", of(INTERACTION, CHANNEL, QUEUE), of(TEAM, CUSTOMER, PRIORITY)),
    ANSWERED("contact.answered", of(INTERACTION, AGENT), of(TEAM)),
    DECLINED("contact.declined", of(INTERACTION, AGENT), of(REASON)),
    MESSAGE("contact.message", of(INTERACTION, FROM), of(AGENT)),
    HELD("contact.held", of(INTERACTION, AGENT), 0),
    RETRIEVED("contact.retrieved", of(INTERACTION, AGENT), 0),
    TRANSFERRED("contact.transferred", of(INTERACTION, AGENT), of(TO_AGENT, TO_QUEUE)),
    ENDED("contact.ended", of(INTERACTION), of(ENDED_BY)),
    WRAPPED("contact.wrapped", of(INTERACTION, AGENT), of(DISPOSITION)),
    ABANDONED("contact.abandoned", of(INTERACTION), 0),
    RESOLVED("contact.resolved", of(INTERACTION, RESOLVED_FLAG), of(AGENT)),
    REOPENED("contact.reopened", of(INTERACTION), 0),
    RATED("feedback.rated", of(AGENT, SCORE, SCALE), of(INTERACTION, TEAM, QUEUE, CHANNEL)),
    COMPLAINED("feedback.complained", of(AGENT), of(INTERACTION, TEAM, QUEUE, CHANNEL)),
    QUALITY("quality.scored", of(AGENT, SCORE), of(FATAL, TEAM, INTERACTION)),
    STATE("agent.state", of(AGENT, AGENT_STATE), of(TEAM, REASON)),
    MEASURED("scorecard.measured", of(AGENT, MEASURE, VALUE), of(TEAM));

    static final EventType[] ALL = values();
    private static final Map<String, EventType> BY_NAME = new HashMap<>();

    static {
        for (EventType type : ALL)
            BY_NAME.put(type.text, type);
    }

    final String text;
    final int required, known;

    EventType(String text, int required, int optional) {
        this.text = text;
        this.required = required;
        this.known = required | optional;
    }

    /** Null: unknown. */
    static EventType named(String text) {
        return BY_NAME.get(text);
    }

    /** Whether such an event of a contact can make or change one of the facts that are counted here. */
    boolean makesFacts() {
        return ordinal() <= REOPENED.ordinal() && this != DECLINED && this != HELD && this != RETRIEVED;
    }
}
