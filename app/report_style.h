/* The style sheet of HTML reports: light, dark and print. */
#ifndef DP_REPORT_STYLE_H
#define DP_REPORT_STYLE_H

extern const char dp_report_style[];

/* SHA-256 of dp_report_style in base64, by which the page's Content-Security-Policy lets in this
 * style sheet and no other. tests/end_to_end/test_report.py tells the new one after a change. */
extern const char dp_report_style_hash[];

#endif
