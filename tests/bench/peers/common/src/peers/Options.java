package peers;

import java.util.HashMap;
import java.util.Map;

/** The options of a peer: --name value. */
public final class Options {
    private final Map<String, String> values = new HashMap<>();

    public Options(String[] arguments) {
        if (arguments.length % 2 != 0)
            throw new IllegalArgumentException("each option has a value: --name value");
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--"))
                throw new IllegalArgumentException("not an option: " + arguments[i]);
            values.put(arguments[i].substring(2), arguments[i + 1]);
        }
    }

    public String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public int number(String name, int otherwise) {
        return Integer.parseInt(get(name, Integer.toString(otherwise)));
    }

    public String required(String name) {
        if (!values.containsKey(name))
            throw new IllegalArgumentException("--" + name + " is missing");
        return values.get(name);
    }
}
