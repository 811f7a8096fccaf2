package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The sorted events of a contact. Never changed: adding an event makes another contact. */
public final class Contact {
    public static final Contact EMPTY = new Contact(new Event[0]);

    private final Event[] events;
    /** Found out when first asked for. */
    private List<Fact> facts;

    private Contact(Event[] events) {
        this.events = events;
    }

    /** This one itself where the event is a duplicate. */
    public Contact with(Event event) {
        for (Event known : events)
            if (known.isSameAs(event))
                return this;
        int at = events.length;
        while (at > 0 && Event.compare(events[at - 1], event) > 0)
            at--;
        Event[] more = new Event[events.length + 1];
        System.arraycopy(events, 0, more, 0, at);
        more[at] = event.inContact();
        System.arraycopy(events, at, more, at + 1, events.length - at);
        return new Contact(more);
    }

    List<Fact> facts() {
        if (facts == null)
            facts = new Fold(events).facts();
        return facts;
    }

    /** What changes in the windows when this contact becomes `next`: facts taken back and made. */
    public List<Change> changesTo(Contact next) {
        List<Fact> before = facts(), after = next.facts();
        List<Change> changes = new ArrayList<>(2);
        for (Fact fact : before)
            if (!after.contains(fact))
                changes.add(new Change(fact, -1));
        for (Fact fact : after)
            if (!before.contains(fact))
                changes.add(new Change(fact, +1));
        return changes;
    }

    public long lastMs() {
        return events.length == 0 ? Long.MIN_VALUE : events[events.length - 1].timeMs;
    }

    public void write(DataOutput out) throws IOException {
        out.writeShort(events.length);
        for (Event event : events)
            event.write(out);
    }

    public static Contact read(DataInput in) throws IOException {
        Event[] events = new Event[in.readShort()];
        for (int i = 0; i < events.length; i++)
            events[i] = Event.read(in);
        return new Contact(events);
    }

    /** A fact that is made (+1) or taken back (-1). */
    public record Change(Fact fact, int sign) {}
}
