package peers.flink;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import peers.AgentTeam;
import peers.Item;

/** Finds the team of facts that lack one, by the agent. */
final class TeamFunction extends KeyedProcessFunction<String, Item, Item> {
    private static final long serialVersionUID = 1;

    private final int parallelism;
    private transient ValueState<AgentTeam> team;

    TeamFunction(int parallelism) {
        this.parallelism = parallelism;
    }

    @Override
    public void open(OpenContext context) {
        team = getRuntimeContext().getState(new ValueStateDescriptor<>("team", Types.TEAM));
    }

    @Override
    public void processElement(Item item, Context context, Collector<Item> out) throws Exception {
        if (item instanceof Item.Mark mark) {
            int task = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            for (int to = 0; to < parallelism; to++)
                out.collect(mark.sent(parallelism * (1 + mark.via()) + task, to));
            return;
        }
        AgentTeam saved = team.value();
        AgentTeam before = saved == null ? AgentTeam.UNKNOWN : saved;
        AgentTeam after = before.after(item);
        if (after != before)
            team.update(after);
        Item.ToScope released = before.releasedBy(item);
        if (released != null)
            out.collect(released);
    }
}
