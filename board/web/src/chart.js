// Larger charts, by uPlot; in the colours of the theme.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { percent, timeOfDay } from './format.js';
import { t } from './i18n.js';

const GAP_MS = 150000;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function axes(more) {
    return more.map((axis) => ({ stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') }, font: '13px system-ui, sans-serif', ...axis }));
}

// A chart in `node`, as wide as that; made anew when the options or the width change.
class Chart {
    constructor(node, height) {
        this.node = node;
        this.height = height;
        this.watcher = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height }));
        this.watcher.observe(node);
    }

    width() {
        return Math.max(240, this.node.clientWidth);
    }

    draw(options, data) {
        const kept = JSON.stringify(data);
        if (this.kept === kept)
            return;
        this.kept = kept;
        if (this.plot)
            this.plot.setData(data);
        else
            this.plot = new uPlot({ width: this.width(), height: this.height, cursor: { drag: { x: false, y: false } }, ...options() }, data, this.node);
    }

    // The legend has the newest point until somebody points at another.
    showNewest() {
        if (this.plot && (this.plot.cursor.idx ?? -1) < 0)
            this.plot.setLegend({ idx: this.plot.data[0].length - 1 }, false);
    }

    redraw() {
        this.plot?.destroy();
        this.plot = this.kept = null;
    }

    close() {
        this.watcher.disconnect();
        this.plot?.destroy();
    }
}

// Service level (left) and waiting contacts (right) over time; points as the server tells them.
export function trendChart(node, goal) {
    const chart = new Chart(node, 240);
    const options = () => ({
        scales: { level: { range: [0, 1] }, waiting: { range: (plot, low, high) => [0, Math.max(4, high)] } },
        axes: axes([
            { values: (plot, ticks) => ticks.map((tick) => timeOfDay(tick * 1000)), space: 70, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 180].map((minutes) => 60 * minutes) },
            { scale: 'level', values: (plot, ticks) => ticks.map((tick) => percent(tick)), size: 64 },
            { scale: 'waiting', side: 1, grid: { show: false }, size: 44 },
        ]),
        series: [
            { label: t('time'), value: (plot, value) => value ? timeOfDay(value * 1000) : '–' },
            { label: t('serviceLevel'), scale: 'level', stroke: colour('--accent'), width: 2.5, value: (plot, value) => percent(value) },
            { label: t('target'), scale: 'level', stroke: colour('--soft'), width: 1.5, dash: [6, 6], points: { show: false }, value: (plot, value) => percent(value) },
            { label: t('waiting'), scale: 'waiting', stroke: colour('--warn'), width: 2, dash: [2, 3], value: (plot, value) => value ?? '–' },
        ],
    });
    // Where there are no points for long there is no line.
    const withGaps = (points) => points.flatMap((point, i) =>
        i && point[0] - points[i - 1][0] > GAP_MS ? [[point[0] - 1, null, null], point] : [point]);
    return {
        draw(known) {
            const points = withGaps(known);
            chart.draw(options, [points.map((point) => point[0] / 1000), points.map((point) => point[1]), points.map(() => goal), points.map((point) => point[2])]);
            chart.showNewest();
        },
        redraw: () => chart.redraw(),
        close: () => chart.close(),
    };
}

const classes = ['5 s', '10 s', '20 s', '30 s', '1 m', '2 m', '3 m', '5 m', '10 m', '20 m', '30 m', '1 h', '> 1 h'];

// How many took how long: bars, a share each.
export function classChart(node) {
    const chart = new Chart(node, 210), bars = uPlot.paths.bars({ size: [0.8, 60] });
    const options = () => ({
        scales: { x: { time: false, range: [-0.6, classes.length - 0.4] }, y: { range: (plot, low, high) => [0, Math.max(0.1, high)] } },
        axes: axes([
            { splits: () => classes.map((name, i) => i), values: (plot, ticks) => ticks.map((i) => plot.width < 500 && i % 2 ? '' : classes[i]), grid: { show: false } },
            { values: (plot, ticks) => ticks.map((tick) => percent(tick)), size: 56 },
        ]),
        series: [
            { label: t('upTo'), value: (plot, value) => classes[value] ?? '–' },
            { label: t('share'), stroke: colour('--accent'), fill: colour('--fill'), paths: bars, points: { show: false }, value: (plot, value) => percent(value, 1) },
        ],
    });
    return {
        draw(counts) {
            const sum = counts.reduce((all, number) => all + number, 0);
            chart.draw(options, [classes.map((name, i) => i), counts.map((number) => sum ? number / sum : 0)]);
        },
        redraw: () => chart.redraw(),
        close: () => chart.close(),
    };
}
