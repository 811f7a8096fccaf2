// An agent: now, every window, today against earlier weeks, how long it took, the scorecard.
import { detailParts } from '../detail.js';
import { h, list, set, text } from '../dom.js';
import { clock, count, DASH, percent, points } from '../format.js';
import { figureLabel, has, t } from '../i18n.js';
import { pathOf, stateIcon, stateName } from '../parts.js';

const dimensionName = (name) => has(`d_${name}`) ? t(`d_${name}`) : name;

function scorecard(figures) {
    const score = h('b', { class: 'big' }), facts = h('dl', { class: 'facts' }), rows = h('tbody');
    const none = h('p', { class: 'none' }, t('noScore'));
    const scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('scorecard') }, h('table', { class: 'figures names' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('dimension')), h('th', { scope: 'col', class: 'number' }, t('points')), h('th', { scope: 'col' }, '0–100'))), rows));
    return {
        node: h('section', { class: 'card' }, h('h2', {}, t('scorecard')), none, score, facts, scroll),
        update(period) {
            const there = period?.score !== undefined;
            none.hidden = there;
            score.hidden = scroll.hidden = facts.hidden = !there;
            text(score, points(period?.score));
            const shown = there ? [['coverage', percent(period.coverage)], ['rank', period.rank ? t('ofRanked', period) : DASH],
                ['awards', period.awards || DASH], ['warnings', period.warnings || DASH]] : [];
            list(facts, shown, ([key]) => key, ([key]) => h('div', {}, h('dt', {}, t(key)), h('dd')), (node, [, value]) => text(node.lastChild, value));
            const all = Object.keys(period || {}).filter((name) => name.startsWith('points:'));
            const names = all.filter((name) => name.split(':').length === 2).flatMap((name) => [name, ...all.filter((other) => other.startsWith(`${name}:`))]);
            list(rows, names, (name) => name, (name) => {
                const [, dimension, measure] = name.split(':');
                return h('tr', { class: measure ? 'measure' : 'dimension' },
                    h('th', { scope: 'row' }, measure ? figureLabel(measure, figures[measure]) : dimensionName(dimension)),
                    h('td', { class: 'number' }), h('td', {}, h('meter', { min: 0, max: 100, low: 60, high: 80, optimum: 100 })));
            }, (node, name) => {
                text(node.children[1], points(period[name]));
                const meter = node.lastChild.firstChild;
                set(meter, { value: period[name], 'aria-label': `${node.firstChild.textContent} ${points(period[name])}` });
            });
        },
    };
}

export function agentPage({ id, meta, figures }) {
    const parts = detailParts({ meta, figures }), card = scorecard(figures);
    const state = h('b'), since = h('b', { class: 'clock' }), contacts = h('b'), team = h('a');
    const none = h('p', { class: 'none', hidden: true }, t('nothingOf', { id }));
    const fact = (key, node) => h('div', {}, h('dt', {}, t(key)), h('dd', {}, node));
    return {
        title: id,
        node: h('div', { class: 'page' }, h('h1', {}, `${t('agent')} ${id}`), none,
            h('dl', { class: 'facts card' }, fact('state', state), fact('since', since), fact('contacts', contacts), fact('team', team)),
            card.node, parts.charts, parts.periods, parts.windows),
        update(feed) {
            const scope = feed.scopes.get(`agent:${id}`), now = scope?.now;
            none.hidden = !feed.complete || Boolean(scope);
            text(state, now?.state ? `${stateIcon(now.state)} ${stateName(now.state)}${now.state_reason ? ` (${now.state_reason})` : ''}` : DASH);
            text(since, now?.state_since_ms ? clock(feed.now() - now.state_since_ms) : DASH);
            text(contacts, count(now?.active_contacts));
            text(team, scope?.team || DASH);
            set(team, { href: scope?.team ? pathOf('team', scope.team) : null });
            const month = Object.keys(feed.detail.periods || {}).filter((label) => /^\d{4}-\d\d$/.test(label)).sort().pop();
            card.update(feed.detail.periods?.[month]);
            parts.update(feed);
        },
        redraw: parts.redraw,
        close: parts.close,
    };
}
