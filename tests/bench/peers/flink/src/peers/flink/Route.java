package peers.flink;

import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import peers.Item;

/**
 * By what an item is sent on. Marks go to a task that they name: as they must not overtake what was
 * sent before them, they take the same channel, by a key that this task happens to own.
 */
final class Route implements KeySelector<Item, String> {
    private static final long serialVersionUID = 1;

    private final String[] keys;

    Route(int maxParallelism, int parallelism) {
        keys = new String[parallelism];
        int found = 0;
        for (int i = 0; found < parallelism; i++) {
            String key = "{" + i + "}"; // no identifier has a brace
            int task = KeyGroupRangeAssignment.assignKeyToParallelOperator(key, maxParallelism, parallelism);
            if (keys[task] == null) {
                keys[task] = key;
                found++;
            }
        }
    }

    @Override
    public String getKey(Item item) {
        return item instanceof Item.Mark mark ? keys[mark.to()] : item.key();
    }
}
