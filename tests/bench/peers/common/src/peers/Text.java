package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Texts that may be absent, and the order of texts by the bytes of their UTF-8. */
final class Text {
    private static final String[] SHARED = new String[1 << 12];

    private Text() {}

    /**
     * The same text, and for most of those that come again and again, names of agents and teams, the
     * same object. Threads may share: at worst a text is there twice.
     */
    static String shared(String text) {
        if (text == null)
            return null;
        int place = text.hashCode() * 0x9E3779B9 >>> 20;
        String known = SHARED[place];
        return text.equals(known) ? known : (SHARED[place] = text);
    }

    static void write(DataOutput out, String text) throws IOException {
        out.writeUTF(text == null ? "" : text);
    }

    static String read(DataInput in) throws IOException {
        String text = in.readUTF();
        return text.isEmpty() ? null : shared(text);
    }

    static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char left = a.charAt(i), right = b.charAt(i);
            if (left == right)
                continue;
            if (Character.isSurrogate(left) != Character.isSurrogate(right))
                return Character.isSurrogate(left) ? 1 : -1;
            return left - right;
        }
        return a.length() - b.length();
    }
}
