package peers;

/**
 * A fact of a contact, and whom it concerns; null: nobody. Two equal facts of one contact differ in
 * `place`, the first event that each is of.
 */
public record Fact(Kind kind, long timeMs, long value, boolean flag, String agent, String team,
        String queue, int place) {

    /** What the flag says is behind each. */
    public enum Kind {
        OFFERED, RESPONSE /* in target */, ABANDON /* short */, HANDLE, OUTCOME /* resolved */;

        static final Kind[] ALL = values();
    }

    /** Whether its team is the one that the agent's states name. */
    boolean lacksTeam() {
        return agent != null && team == null;
    }
}
