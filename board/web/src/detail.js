// What the pages of an agent and of a queue share: all windows, how long it took, today and earlier.
import { classChart } from './chart.js';
import { h, list, text } from './dom.js';
import { figure, windowName } from './format.js';
import { figureLabel, t } from './i18n.js';

const compared = ['handles', 'offered', 'response_mean_ms', 'response_p90_ms', 'handle_mean_ms', 'service_level', 'answer_rate',
    'resolution_rate', 'fcr_rate', 'satisfaction_mean', 'complaint_rate', 'quality_mean', 'occupancy', 'contacts_per_hour', 'online_ms'];
const longest = (label) => /^\d{4}-\d\d-\d\d$/.test(label) ? 0 : /W/.test(label) ? 1 : 2;

// A table of figures (rows) by window or period (columns); rows without any value are left out.
function grid(caption) {
    const head = h('tr'), rows = h('tbody');
    const none = h('p', { class: 'none' }, t('noneYet')), table = h('table', { class: 'figures names' }, h('thead', {}, head), rows);
    return {
        node: h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, none, table),
        update(columns, names, known) {
            list(head, [{ id: '', title: t('figure') }, ...columns], (column) => column.id,
                () => h('th', { scope: 'col' }), (cell, column) => {
                    text(cell, column.title);
                    cell.className = column.id ? 'number' : '';
                });
            const shown = names.filter((name) => columns.some(({ fields }) => fields?.[name] !== undefined));
            none.hidden = shown.length > 0;
            table.hidden = !shown.length;
            list(rows, shown, (name) => name,
                (name) => h('tr', {}, h('th', { scope: 'row', title: known[name]?.definition ?? null }, figureLabel(name, known[name]))),
                (row, name) => {
                    while (row.children.length > columns.length + 1)
                        row.lastChild.remove();
                    columns.forEach(({ fields }, i) =>
                        text(row.children[i + 1] || row.appendChild(h('td', { class: 'number' })), figure(fields?.[name], known[name]?.unit)));
                });
        },
    };
}

export function detailParts({ meta, figures }) {
    const windows = grid(t('allWindows')), periods = grid(t('compared'));
    const response = h('div', { class: 'chart' }), handle = h('div', { class: 'chart' });
    const charts = [[response, classChart(response), 'response_counts'], [handle, classChart(handle), 'handle_counts']];
    const chosen = h('select', { id: 'chart-period', onchange: () => drawCharts() });
    const none = h('p', { class: 'none' }, t('noneYet'));
    const chartsOf = (key, node) => h('figure', {}, h('figcaption', {}, t(key)), node);
    const order = Object.keys(figures).filter((name) => !['classes', 'words'].includes(figures[name].unit));
    let feed = null;

    const labels = () => Object.keys(feed.detail.periods || {}).sort((a, b) => longest(a) - longest(b) || b.localeCompare(a));

    function drawCharts() {
        const period = feed.detail.periods?.[chosen.value];
        let shown = 0;
        for (const [node, chart, name] of charts) {
            const counts = period?.[name], any = Array.isArray(counts) && counts.some((number) => number > 0);
            node.parentNode.hidden = !any;
            shown += any;
            if (any)
                chart.draw(counts);
        }
        none.hidden = shown > 0;
    }

    return {
        windows: h('section', { class: 'card' }, h('h2', {}, t('allWindows')), windows.node),
        periods: h('section', { class: 'card' }, h('h2', {}, t('compared')), periods.node),
        charts: h('section', { class: 'card' }, h('h2', {}, t('distribution')),
            h('div', { class: 'fields' }, h('label', {}, t('period'), chosen)), none,
            h('div', { class: 'pair' }, chartsOf('responseTimes', response), chartsOf('handleTimes', handle))),
        update(now) {
            feed = now;
            const today = labels().filter((label) => longest(label) === 0)[0];
            windows.update(meta.windows.map((label) => ({ id: label, title: windowName(label), fields: feed.detail.windows?.[label] })),
                order, figures);
            periods.update(labels().map((label) => ({
                id: label, fields: feed.detail.periods[label],
                title: label === today ? t('today') : longest(label) === 0 ? t('earlierDay', { label }) : label,
            })), compared, figures);
            list(chosen, labels(), (label) => label, (label) => h('option', { value: label }, label), () => {});
            drawCharts();
        },
        redraw() {
            charts.forEach(([, chart]) => chart.redraw());
            if (feed)
                drawCharts();
        },
        close() {
            charts.forEach(([, chart]) => chart.close());
        },
    };
}
