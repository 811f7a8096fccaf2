#include "common/date.h"

/* Years are counted from March, so that the odd day of a leap year is the last one. */

int64_t dp_date_days(int64_t year, int month, int day)
{
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct dp_date dp_date_of(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), part = (5 * of_year + 2) / 153;
    int month = (int)(part < 10 ? part + 3 : part - 9);
    return (struct dp_date){year + era * 400 + (month <= 2), month,
                            (int)(of_year - (153 * part + 2) / 5 + 1)};
}

int dp_date_weekday(int64_t days)
{
    return (int)(((days + 3) % 7 + 7) % 7);
}
