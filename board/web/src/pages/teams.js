// All teams, and a way to each agent.
import { ask } from '../api.js';
import { h, list, text } from '../dom.js';
import { ofKind } from '../feed.js';
import { count, figure, lastName } from '../format.js';
import { t } from '../i18n.js';
import { pathOf, stateName, states } from '../parts.js';

const columns = [['handles', 'count', 'handled'], ['response_mean_ms', 'ms', 'response'], ['handle_mean_ms', 'ms', 'handling'],
    ['resolution_rate', 'share', 'resolution'], ['satisfaction_mean', 'score', 'satisfaction']];

export function teamsPage({ meta }) {
    const rows = h('tbody'), names = h('datalist', { id: 'agents' });
    const find = h('input', { id: 'find', list: 'agents', autocomplete: 'off' });
    ask('GET', '/api/v1/agents').then(({ agents }) =>
        names.replaceChildren(...agents.map((agent) => h('option', { value: agent.id }, agent.team || '')))).catch(() => {});
    function makeRow(scope) {
        return h('tr', {}, h('th', { scope: 'row' }, h('a', { href: pathOf('team', scope.id) }, scope.id)),
            [...states, ...columns].map(() => h('td', { class: 'number' })));
    }
    function changeRow(node, { now, window }) {
        states.forEach((state, i) => text(node.children[1 + i], count(now?.[state])));
        columns.forEach(([name, unit], i) => text(node.children[1 + states.length + i], figure(window?.[name], unit)));
    }
    return {
        title: t('teams'),
        node: h('div', { class: 'page' },
            h('h1', {}, t('teams')),
            h('form', {
                class: 'fields', role: 'search',
                onsubmit: (event) => {
                    event.preventDefault();
                    const link = h('a', { href: pathOf('agent', find.value.trim()), hidden: true });
                    event.target.append(link);
                    if (find.value.trim())
                        link.click();
                    link.remove();
                },
            }, h('label', {}, t('find'), find), names, h('button', { type: 'submit' }, t('openAgent'))),
            h('div', { class: 'card scroll', tabindex: '0', role: 'region', 'aria-label': t('teams') }, h('table', { class: 'figures' },
                h('caption', {}, t('window', { w: lastName(meta.window) })),
                h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('team')),
                    states.map((state) => h('th', { scope: 'col', class: 'number' }, stateName(state))),
                    columns.map(([, , key]) => h('th', { scope: 'col', class: 'number' }, t(key))))), rows))),
        update(feed) {
            list(rows, ofKind(feed, 'team'), (scope) => scope.id, makeRow, changeRow);
        },
    };
}
