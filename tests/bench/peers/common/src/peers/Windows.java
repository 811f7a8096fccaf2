package peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The sliding windows of a task's scopes, at steps of 1 s: the sums of each second with a fact, and of
 * each scope and window a running total. A fact touches one second and the totals; as T moves on the
 * seconds that come into a window or leave it are added to its total or taken out, each once.
 */
public final class Windows {
    public static final int[] LENGTHS = {60, 300, 900, 3600};
    public static final String[] NAMES = {"1m", "5m", "15m", "1h"};
    public static final int LONGEST = 3600;
    private static final long NEVER = Long.MIN_VALUE / 2;

    /** A scope with its totals, by window. */
    static final class Scope {
        final String name;
        final Sums[] totals = new Sums[LENGTHS.length];
        /** Windows that changed since the last flush, and those that have a key in Redis, as bits. */
        int changed, published;
        int seconds;

        Scope(String name) {
            this.name = name;
            for (int i = 0; i < totals.length; i++)
                totals[i] = new Sums();
        }
    }

    private final Map<String, Scope> scopes = new HashMap<>();
    private final TreeMap<Long, Map<Scope, Sums>> seconds = new TreeMap<>();
    private List<Scope> changed = new ArrayList<>();
    private long t = NEVER;
    private BiConsumer<String, Long> whenOver = (scope, second) -> { };

    /** A window as of T holds the seconds after T - W up to T: second S is (S - 1 s, S]. */
    public static long secondOf(long timeMs) {
        return Math.floorDiv(timeMs + 999, 1000);
    }

    public long t() {
        return t;
    }

    /** Is told of each second of a scope that no window needs any more. */
    public void whenOver(BiConsumer<String, Long> told) {
        whenOver = told;
    }

    /** Puts a change in. Gives the second's sums, or null where no window can ever show it. */
    public Sums put(String name, Delta delta) {
        long second = secondOf(delta.timeMs());
        if (second <= t - LONGEST)
            return null;
        Scope scope = scopes.computeIfAbsent(name, Scope::new);
        Sums sums = sumsOf(scope, second);
        sums.add(delta);
        for (int i = 0; i < LENGTHS.length; i++)
            if (second <= t && second > t - LENGTHS[i]) {
                scope.totals[i].add(delta);
                mark(scope, i);
            }
        return sums;
    }

    /** Puts a second back as it was saved, before T is set. */
    public void restore(String name, long second, Sums saved) {
        sumsOf(scopes.computeIfAbsent(name, Scope::new), second).add(saved, +1);
    }

    private Sums sumsOf(Scope scope, long second) {
        Map<Scope, Sums> of = seconds.computeIfAbsent(second, unused -> new HashMap<>());
        Sums sums = of.get(scope);
        if (sums == null) {
            of.put(scope, sums = new Sums());
            scope.seconds++;
        }
        return sums;
    }

    private void mark(Scope scope, int window) {
        if (scope.changed == 0)
            changed.add(scope);
        scope.changed |= 1 << window;
    }

    /** Moves T on; back it never goes. */
    public void advance(long to) {
        if (to <= t)
            return;
        for (int i = 0; i < LENGTHS.length; i++) {
            addAll(Math.max(t, to - LENGTHS[i]), to, i, +1);
            addAll(t - LENGTHS[i], Math.min(to - LENGTHS[i], t), i, -1);
        }
        t = to;
        Map<Long, Map<Scope, Sums>> over = seconds.headMap(to - LONGEST, true);
        over.forEach((second, of) -> of.keySet().forEach(scope -> {
            scope.seconds--;
            whenOver.accept(scope.name, second);
        }));
        over.clear();
    }

    private void addAll(long after, long upTo, int window, int sign) {
        if (after >= upTo)
            return;
        for (Map<Scope, Sums> of : seconds.subMap(after, false, upTo, true).values())
            of.forEach((scope, sums) -> {
                scope.totals[window].add(sums, sign);
                mark(scope, window);
            });
    }

    /** The scopes that changed since the last time; their `changed` is for the caller to clear. */
    List<Scope> takeChanged() {
        List<Scope> taken = changed;
        changed = new ArrayList<>();
        return taken;
    }

    /** Forgets a scope that is in no window any more. */
    void forgetIfOver(Scope scope) {
        if (scope.seconds == 0 && scope.published == 0)
            scopes.remove(scope.name);
    }
}
