package peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/** Reads CloudEvents in structured mode with Jackson's streaming parser. Not for several threads. */
public final class Decoder {
    private static final int MESSAGE_MAX = 1 << 20, NAME_MAX = 256;

    private final JsonFactory factory = new JsonFactory();
    private final Object[] values = new Object[Field.ALL.length];
    private String specversion, id, source, type, time;
    private boolean hasData;

    /** Null: it is not right, and would go to the dead letters. */
    public Event decode(byte[] message) {
        if (message == null || message.length > MESSAGE_MAX)
            return null;
        specversion = id = source = type = time = null;
        hasData = false;
        try (JsonParser parser = factory.createParser(message)) {
            if (parser.nextToken() != JsonToken.START_OBJECT)
                return null;
            readEnvelope(parser);
            if (parser.nextToken() != null)
                return null;
        } catch (IOException e) {
            return null;
        }
        return take();
    }

    private void readEnvelope(JsonParser parser) throws IOException {
        String name;
        while ((name = parser.nextFieldName()) != null) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "specversion" -> specversion = text(parser, token);
                case "id" -> id = text(parser, token);
                case "source" -> source = text(parser, token);
                case "type" -> type = text(parser, token);
                case "time" -> time = text(parser, token);
                case "data" -> readData(parser, token);
                default -> parser.skipChildren();
            }
        }
    }

    private static String text(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING)
            return parser.getText();
        parser.skipChildren();
        return null;
    }

    private void readData(JsonParser parser, JsonToken token) throws IOException {
        Arrays.fill(values, null);
        hasData = token == JsonToken.START_OBJECT;
        if (!hasData) {
            parser.skipChildren();
            return;
        }
        String name;
        while ((name = parser.nextFieldName()) != null) {
            JsonToken kind = parser.nextToken();
            Field field = Field.named(name);
            if (field == null)
                parser.skipChildren();
            else
                values[field.ordinal()] = value(parser, kind);
        }
    }

    /** Null for null; the kind itself for what no field can be. */
    private static Object value(JsonParser parser, JsonToken kind) throws IOException {
        switch (kind) {
            case VALUE_STRING:
                return parser.getText();
            case VALUE_TRUE:
                return Boolean.TRUE;
            case VALUE_FALSE:
                return Boolean.FALSE;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
                return Double.valueOf(parser.getText());
            case VALUE_NULL:
                return null;
            default:
                parser.skipChildren();
                return kind;
        }
    }

    private Event take() {
        Event event = new Event();
        event.timeMs = Timestamp.parse(time);
        if (!hasData || !"1.0".equals(specversion) || !isName(id) || !isName(source)
                || event.timeMs == Timestamp.NONE || type == null)
            return null;
        event.type = EventType.named(type);
        if (event.type == null || !isRight(event.type))
            return null;
        event.id = id;
        event.source = Text.shared(source);
        event.interaction = text(Field.INTERACTION);
        event.agent = Text.shared(text(Field.AGENT));
        event.team = Text.shared(text(Field.TEAM));
        switch (event.type) {
            case OFFERED -> {
                event.queue = Text.shared(text(Field.QUEUE));
                event.what = Field.CHANNEL.word(text(Field.CHANNEL));
            }
            case TRANSFERRED -> event.queue = Text.shared(text(Field.TO_QUEUE));
            case MESSAGE -> event.what = Field.FROM.word(text(Field.FROM));
            case RESOLVED -> event.what = values[Field.RESOLVED_FLAG.ordinal()] == Boolean.TRUE ? 1 : 0;
            default -> { }
        }
        return event;
    }

    private static boolean isName(String name) {
        return name != null && !name.isEmpty() && (name.length() <= NAME_MAX / 3
                || name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= NAME_MAX);
    }

    private String text(Field field) {
        return values[field.ordinal()] instanceof String text ? text : null;
    }

    private boolean isRight(EventType of) {
        for (int left = of.known; left != 0; left &= left - 1) {
            int place = Integer.numberOfTrailingZeros(left);
            if (values[place] == null ? (of.required & 1 << place) != 0
                    : !isRight(Field.ALL[place], values[place]))
                return false;
        }
        if (of == EventType.MESSAGE && text(Field.AGENT) == null)
            return Field.FROM.word(text(Field.FROM)) != Event.FROM_AGENT;
        return of.compareTo(EventType.RATED) < 0 || scoresAreRight(of);
    }

    private static boolean isRight(Field field, Object value) {
        return switch (field.kind) {
            case IDENTIFIER -> value instanceof String text && Field.isIdentifier(text);
            case TEXT -> value instanceof String;
            case WORD -> value instanceof String text && field.word(text) >= 0;
            case BOOLEAN -> value instanceof Boolean;
            case NUMBER -> value instanceof Double number && Double.isFinite(number);
        };
    }

    private boolean scoresAreRight(EventType of) {
        if (of == EventType.COMPLAINED || of == EventType.STATE)
            return true;
        double score = (Double) values[(of == EventType.MEASURED ? Field.VALUE : Field.SCORE).ordinal()];
        double scale = of == EventType.RATED ? (Double) values[Field.SCALE.ordinal()] : 100;
        return scale > 0 && score >= 0 && score <= scale;
    }
}
