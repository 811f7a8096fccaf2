package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Texts that may be absent, and the order of texts by the bytes of their UTF-8. */
final class Text {
    private Text() {}

    static void write(DataOutput out, String text) throws IOException {
        out.writeUTF(text == null ? "" : text);
    }

    static String read(DataInput in) throws IOException {
        String text = in.readUTF();
        return text.isEmpty() ? null : text;
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
