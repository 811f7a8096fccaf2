package peers;

import java.util.ArrayList;
import java.util.List;

/** From the sorted events of a contact to its facts. */
final class Fold {
    private static final long[] TARGET_MS = {20_000, 60_000, 24 * 3_600_000};
    private static final long SHORT_ABANDON_MS = 5_000;

    private static final class Leg {
        String agent, team;
        long startMs, handledMs;
        String handledTeam, queue;
        boolean open = true;
    }

    private final Event[] events;
    private final List<Leg> legs = new ArrayList<>(2);
    private final List<Fact> facts = new ArrayList<>(4);
    private Event offer;
    private String queue;
    private Fact outcome;
    private boolean responded, abandoned;

    Fold(Event[] events) {
        this.events = events;
        for (Event event : events)
            if (event.type == EventType.OFFERED) {
                offer = event;
                queue = event.queue;
                break;
            }
    }

    List<Fact> facts() {
        for (int i = 0; i < events.length; i++)
            step(events[i]);
        for (int i = 0; i < legs.size(); i++)
            if (!legs.get(i).open)
                facts.add(handle(legs.get(i), i));
        if (outcome != null)
            facts.add(outcome);
        return facts;
    }

    private void step(Event event) {
        switch (event.type) {
            case OFFERED -> offered(event);
            case ANSWERED -> answered(event);
            case MESSAGE -> {
                if (offer != null && offer.what != Event.VOICE)
                    respond(event);
            }
            case TRANSFERRED -> {
                for (Leg leg : legs)
                    if (leg.open && leg.agent.equals(event.agent))
                        end(leg, event);
                if (event.queue != null && offer != null)
                    queue = event.queue;
            }
            case ENDED -> {
                for (Leg leg : legs)
                    if (leg.open)
                        end(leg, event);
            }
            case WRAPPED -> wrapped(event);
            case ABANDONED -> abandon(event);
            case RESOLVED -> resolved(event);
            case REOPENED -> outcome = null;
            default -> { }
        }
    }

    private void offered(Event event) {
        if (event == offer)
            facts.add(new Fact(Fact.Kind.OFFERED, event.timeMs, 0, false, null, event.team, event.queue, 0));
    }

    private void answered(Event event) {
        Leg leg = new Leg();
        leg.agent = event.agent;
        leg.team = event.team;
        leg.startMs = event.timeMs;
        legs.add(leg);
        if (offer != null && offer.what == Event.VOICE)
            respond(event);
    }

    private void respond(Event event) {
        if (responded)
            return;
        responded = true;
        long value = sinceOffer(event);
        facts.add(new Fact(Fact.Kind.RESPONSE, event.timeMs, value, value <= TARGET_MS[offer.what],
                event.agent, teamOf(event.agent), queue, 0));
    }

    private void abandon(Event event) {
        if (abandoned || !legs.isEmpty() || offer == null)
            return;
        abandoned = true;
        long value = sinceOffer(event);
        facts.add(new Fact(Fact.Kind.ABANDON, event.timeMs, value, value < SHORT_ABANDON_MS, null,
                offer.team, queue, 0));
    }

    private void end(Leg leg, Event event) {
        leg.open = false;
        leg.queue = queue;
        leg.handledMs = event.timeMs;
        leg.handledTeam = teamOf(leg.agent);
    }

    private void wrapped(Event event) {
        Leg leg = legOf(event.agent);
        if (leg == null)
            return;
        if (leg.open)
            leg.queue = queue;
        leg.open = false;
        leg.handledMs = event.timeMs;
        leg.handledTeam = teamOf(event.agent);
    }

    private void resolved(Event event) {
        String agent = event.agent;
        if (agent == null && !legs.isEmpty())
            agent = legs.get(legs.size() - 1).agent;
        outcome = new Fact(Fact.Kind.OUTCOME, event.timeMs, 0, event.what == 1, agent, teamOf(agent), queue, 0);
    }

    private static Fact handle(Leg leg, int place) {
        return new Fact(Fact.Kind.HANDLE, leg.handledMs, leg.handledMs - leg.startMs, false, leg.agent,
                leg.handledTeam, leg.queue, place);
    }

    private long sinceOffer(Event event) {
        return Math.max(0, event.timeMs - offer.timeMs);
    }

    /** The agent's latest leg so far. */
    private Leg legOf(String agent) {
        for (int i = legs.size() - 1; i >= 0; i--)
            if (legs.get(i).agent.equals(agent))
                return legs.get(i);
        return null;
    }

    private String teamOf(String agent) {
        Leg leg = agent == null ? null : legOf(agent);
        return leg == null ? null : leg.team;
    }
}
