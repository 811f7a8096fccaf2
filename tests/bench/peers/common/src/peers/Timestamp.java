package peers;

/** RFC 3339 with an offset, to the millisecond. */
final class Timestamp {
    static final long NONE = Long.MIN_VALUE;

    private Timestamp() {}

    /** Milliseconds since 1970; NONE where the text is none. */
    static long parse(String text) {
        int length = text == null ? 0 : text.length();
        if (length < 20 || text.charAt(4) != '-' || text.charAt(7) != '-' || text.charAt(13) != ':'
                || text.charAt(16) != ':' || (text.charAt(10) != 'T' && text.charAt(10) != 't'))
            return NONE;
        int year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
        int hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour < 0
                || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
            return NONE;
        int at = 19, millis = 0;
        if (text.charAt(at) == '.') {
            int first = ++at;
            for (; at < length && text.charAt(at) >= '0' && text.charAt(at) <= '9'; at++)
                if (at < first + 3)
                    millis = millis * 10 + text.charAt(at) - '0';
            if (at == first)
                return NONE;
            for (int digits = at - first; digits < 3; digits++)
                millis *= 10;
        }
        long offset = offset(text, at);
        if (offset == NONE)
            return NONE;
        return ((daysFrom1970(year, month, day) * 24 + hour) * 60 + minute - offset) * 60_000
                + second * 1000L + millis;
    }

    /** Minutes; NONE where there is none, or more than that. */
    private static long offset(String text, int at) {
        int left = text.length() - at;
        if (left == 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z'))
            return 0;
        if (left != 6 || text.charAt(at + 3) != ':')
            return NONE;
        int hours = number(text, at + 1, 2), minutes = number(text, at + 4, 2);
        char sign = text.charAt(at);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || (sign != '+' && sign != '-'))
            return NONE;
        return sign == '-' ? -(hours * 60 + minutes) : hours * 60 + minutes;
    }

    /** -1 where there are not so many digits. */
    private static int number(String text, int from, int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9)
                return -1;
            value = value * 10 + digit;
        }
        return value;
    }

    private static int daysIn(int year, int month) {
        if (month == 2)
            return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }

    /** Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. */
    private static long daysFrom1970(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400), ofEra = y - era * 400;
        int ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146097L + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
    }
}
