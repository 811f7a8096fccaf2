"""Small charts as SVG, to be read in light and in dark: bars side by side, and curves."""
from xml.sax.saxutils import escape

STYLE = """<style>
svg { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.quiet { fill: #59636e; }
.axis { stroke: #d1d9e0; }
.ours { fill: #0969da; }
.other { fill: #818b98; }
.curve { stroke: #0969da; stroke-width: 2; fill: none; }
@media (prefers-color-scheme: dark) {
  svg { fill: #f0f6fc; }
  .quiet { fill: #9198a1; }
  .axis { stroke: #3d444d; }
  .ours { fill: #4493f8; }
  .other { fill: #7d8590; }
  .curve { stroke: #4493f8; }
}
</style>"""
PANEL, GAP, LINE = 240, 32, 22  # px
TOP = 52


def text(x, y, words, style="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'


def bars(x, title, rows):
    """Rows are (name, value, words that say the value, whether it is ours); the longest bar is the highest value."""
    most = max(value for _, value, _, _ in rows)
    drawn = [text(x, TOP, title, "title")]
    for i, (name, value, words, ours) in enumerate(rows):
        y = TOP + 12 + i * 2 * LINE
        drawn += [text(x, y + 12, name, "quiet"), text(x + PANEL, y + 12, words, anchor="end"),
                  f'<rect x="{x}" y="{y + 18}" width="{max(PANEL * value / most, 1):.1f}" height="10" rx="2" '
                  f'class="{"ours" if ours else "other"}"/>']
    return drawn


def curve(x, title, points, height=120):
    """Points are (name, value), evenly apart; the axis begins at 0."""
    most = max(value for _, value in points) * 1.1
    base = TOP + 16 + height
    step = PANEL / len(points)
    at = [(x + step * (i + 0.5), base - height * value / most) for i, (_, value) in enumerate(points)]
    drawn = [text(x, TOP, title, "title"), f'<path class="axis" d="M{x} {base}H{x + PANEL}"/>',
             f'<path class="curve" d="M{"L".join(f"{px:.1f} {py:.1f}" for px, py in at)}"/>']
    for (px, py), (name, value) in zip(at, points):
        drawn += [f'<circle class="ours" cx="{px:.1f}" cy="{py:.1f}" r="3.5"/>',
                  text(px, py - 9, f"{value:,.0f}", anchor="middle"), text(px, base + 16, name, "quiet", "middle")]
    return drawn


def chart(title, description, panels, height):
    """`panels`: functions of their left edge."""
    width = len(panels) * (PANEL + GAP) + GAP
    drawn = [line for i, panel in enumerate(panels) for line in panel(GAP + i * (PANEL + GAP))]
    return "\n".join((f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
                      'aria-labelledby="title desc">',
                      f'<title id="title">{escape(title)}</title>', f'<desc id="desc">{escape(description)}</desc>',
                      STYLE, text(GAP, 24, title, "title"), *drawn, "</svg>", ""))
