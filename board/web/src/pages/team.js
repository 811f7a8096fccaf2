// A team: every agent, what they do and for how long, and their figures against target and median.
import { h, list, set, sparkline, text } from '../dom.js';
import { ofKind, trendOf, trendSpan } from '../feed.js';
import { clock, count, DASH, figure, lastName, standing } from '../format.js';
import { t } from '../i18n.js';
import { mark, medianOf, pathOf, setMark, stateBoard, stateIcon, stateName, states } from '../parts.js';

const TREND_MS = 12 * 3600000, TREND_GAP_MS = 750000;
const figures = [
    { key: 'handled', name: 'handles', unit: 'count' },
    { key: 'response', name: 'response_mean_ms', unit: 'ms' },
    { key: 'handling', name: 'handle_mean_ms', unit: 'ms' },
    { key: 'resolution', name: 'resolution_rate', unit: 'share' },
    { key: 'satisfaction', name: 'satisfaction_mean', unit: 'score' },
];

function makeRow(scope) {
    const node = h('tr', {}, h('th', { scope: 'row' }, h('a', { href: pathOf('agent', scope.id) }, scope.id)),
        h('td', {}, h('span', { class: 'state-icon', 'aria-hidden': 'true' }), h('span')), h('td', { class: 'number clock' }), h('td', { class: 'number' }),
        figures.map(() => h('td', { class: 'number' }, h('span'), mark(), h('small'))), h('td', {}, h('div', { class: 'spark' })));
    return node;
}

// How far a value is from the median: "+3 s", "−2.5 %"; nothing where there is no other.
function distance(value, median, unit) {
    if (value === undefined || value === null || median === undefined)
        return '';
    const d = value - median, shown = unit === 'share' ? t('percentPoints', { n: (100 * Math.abs(d)).toFixed(1) }) : figure(Math.abs(d), unit);
    return /[1-9]/.test(shown) ? `${d > 0 ? '+' : '−'}${shown}` : '±0';
}

export function teamPage({ id, meta }) {
    const rows = h('tbody'), board = stateBoard(), shown = h('p', { class: 'more', 'aria-live': 'polite' });
    const find = h('input', { id: 'find', type: 'search', oninput: () => draw() });
    const state = h('select', { id: 'state', onchange: () => draw() }, h('option', { value: '' }, t('any')),
        states.map((name) => h('option', { value: name }, stateName(name))));
    const part = h('select', { id: 'part', onchange: () => draw() },
        h('option', { value: 'window' }, t('last', { w: lastName(meta.agent_window) })), h('option', { value: 'day' }, t('today')));
    const columns = [
        { key: 'agent', of: (scope) => scope.id },
        { key: 'state', of: (scope) => scope.now?.state && states.indexOf(scope.now.state) },
        { key: 'since', of: (scope) => scope.now?.state_since_ms && -scope.now.state_since_ms },
        { key: 'contacts', of: (scope) => scope.now?.active_contacts },
        ...figures.map(({ key, name }) => ({ key, of: (scope) => scope[part.value]?.[name] })),
    ];
    const sort = { column: columns[0], down: false };
    const heads = columns.map((column) => h('th', { scope: 'col', class: figures.some(({ key }) => key === column.key) || ['since', 'contacts'].includes(column.key) ? 'number' : null },
        h('button', {
            type: 'button', title: t('sortBy', { column: t(column.key) }), onclick: () => {
                sort.down = sort.column === column && !sort.down;
                sort.column = column;
                draw();
            },
        }, t(column.key))));
    const goals = figures.map(() => h('td', { class: 'number' })), medians = figures.map(() => h('td', { class: 'number' }));
    const line = (key, cells) => h('tr', { class: 'summary' }, h('th', { scope: 'row' }, t(key)), h('td'), h('td'), h('td'), cells, h('td'));
    const none = h('p', { class: 'none', hidden: true }, t('nothingOf', { id }));
    let feed = null;

    const handledOf = (scope) => trendOf(feed, `agent:${scope.id}`, [scope.window?.as_of_ms ?? 0, null, scope.window?.handles ?? null])
        .map(([at, , handled]) => [at, handled]);

    function changeRow(node, scope, median, line) {
        const now = scope.now, cells = node.children;
        text(cells[1].firstChild, stateIcon(now?.state));
        set(cells[1].firstChild, { class: `state-icon state-${now?.state || 'none'}` });
        text(cells[1].lastChild, ` ${now?.state ? stateName(now.state) : DASH}${now?.state_reason ? ` (${now.state_reason})` : ''}`);
        text(cells[2], now?.state_since_ms ? clock(feed.now() - now.state_since_ms) : DASH);
        text(cells[3], count(now?.active_contacts));
        figures.forEach(({ name, unit }, i) => {
            const value = scope[part.value]?.[name], [number, sign, small] = cells[4 + i].children;
            text(number, figure(value, unit));
            setMark(sign, standing(value, meta.targets[name]));
            text(small, distance(value, median[i], unit));
            set(small, { title: t('thanMedian', { d: small.textContent }) });
        });
        const points = handledOf(scope);
        const known = points.map(([, handled]) => handled).filter((handled) => handled !== null);
        sparkline(cells[4 + figures.length].firstChild, points, { ...line, label: known.length
            ? t('handledTrend', { w: lastName(meta.agent_window), a: known[0], b: known[known.length - 1] }) : t('trendNone') });
    }

    function compare(a, b) {
        const [x, y] = [sort.column.of(a), sort.column.of(b)], none = (value) => value === undefined || value === null;
        if (none(x) || none(y))
            return none(x) - none(y) || a.id.localeCompare(b.id);
        const order = typeof x === 'string' ? x.localeCompare(y, undefined, { numeric: true }) : x - y;
        return (sort.down ? -order : order) || a.id.localeCompare(b.id, undefined, { numeric: true });
    }

    function draw() {
        const all = ofKind(feed, 'agent').filter((scope) => scope.team === id);
        const wanted = find.value.trim().toLowerCase();
        const chosen = all.filter((scope) => (!state.value || scope.now?.state === state.value) && scope.id.toLowerCase().includes(wanted)).sort(compare);
        const median = figures.map(({ name }) => medianOf(all.map((scope) => scope[part.value]?.[name])));
        const line = { ...trendSpan(feed, TREND_MS), gap: TREND_GAP_MS, top: Math.max(1, ...all.flatMap(handledOf).map(([, handled]) => handled)) };
        figures.forEach(({ name, unit }, i) => {
            text(medians[i], figure(median[i], unit));
            text(goals[i], figure(meta.targets[name]?.target, unit));
        });
        columns.forEach((column, i) => set(heads[i], { 'aria-sort': column === sort.column ? sort.down ? 'descending' : 'ascending' : null }));
        list(rows, chosen, (scope) => scope.id, makeRow, (node, scope) => changeRow(node, scope, median, line));
        text(shown, t('agentsShown', { n: chosen.length, of: all.length }));
        none.hidden = !feed.complete || all.length > 0;
        board.update(feed.scopes.get(`team:${id}`)?.now);
    }

    return {
        title: id,
        node: h('div', { class: 'page' },
            h('h1', {}, `${t('team')} ${id}`), board.node, none,
            h('div', { class: 'fields' }, h('label', {}, t('find'), find), h('label', {}, t('filterState'), state), h('label', {}, t('show'), part), shown),
            h('div', { class: 'card scroll', tabindex: '0', role: 'region', 'aria-label': t('agents') }, h('table', { class: 'figures team-table' },
                h('thead', {}, h('tr', {}, heads, h('th', { scope: 'col' }, t('day', { w: lastName(meta.agent_window) }))), line('target', goals), line('median', medians)), rows)),
            h('p', { class: 'more' }, t('trendNote'))),
        update(now) {
            feed = now;
            draw();
        },
    };
}
