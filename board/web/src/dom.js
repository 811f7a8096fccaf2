// Elements: made once, and then changed only where something is another.

export function h(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    set(node, attributes);
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
}

export function set(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith('on'))
            node.addEventListener(name.slice(2), value);
        else if (value === false || value === null || value === undefined)
            node.removeAttribute(name);
        else if (node.getAttribute(name) !== String(value === true ? '' : value))
            node.setAttribute(name, value === true ? '' : value);
    }
    return node;
}

export function text(node, value) {
    if (node.textContent !== value)
        node.textContent = value;
    return node;
}

// Has `parent` hold one node for each item, in their order: made by make(item), told by
// change(node, item). What stays the same stays in place, with the focus in it.
export function list(parent, items, key, make, change) {
    const old = parent.nodes || new Map(), now = new Map();
    let at = parent.firstChild;
    for (const item of items) {
        const name = key(item);
        const node = old.get(name) || make(item);
        now.set(name, node);
        old.delete(name);
        change(node, item);
        if (node === at)
            at = at.nextSibling;
        else
            parent.insertBefore(node, at);
    }
    for (const node of old.values())
        node.remove();
    parent.nodes = now;
}

const SVG = 'http://www.w3.org/2000/svg';

// A line over time, from 0 to `top`, with gaps where there is no value or for longer than `gap` no
// point, and a line at `target`. `points`: pairs of a time and a value.
export function sparkline(node, points, { from, to, gap, top, target, label }) {
    const kept = JSON.stringify([points, from, to, top, target, label]);
    if (node.kept === kept)
        return;
    node.kept = kept;
    const svg = document.createElementNS(SVG, 'svg');
    const put = (name, attributes) => {
        const child = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes))
            child.setAttribute(key, value);
        svg.append(child);
    };
    const x = (at) => (100 * (at - from) / (to - from)).toFixed(2);
    const y = (value) => (29 - 28 * Math.min(1, value / top)).toFixed(2);
    for (const [key, value] of Object.entries({ viewBox: '0 0 100 30', preserveAspectRatio: 'none', role: 'img', 'aria-label': label }))
        svg.setAttribute(key, value);
    const pieces = [];
    let last = null;
    for (const [at, value] of points) {
        if (value === null || value === undefined)
            last = null;
        if (value === null || value === undefined || at < from || at > to)
            continue;
        if (last === null || at - last > gap)
            pieces.push([]);
        pieces[pieces.length - 1].push([at, value]);
        last = at;
    }
    for (const piece of pieces) {
        const line = piece.map(([at, value]) => `${x(at)} ${y(value)}`).join('L');
        put('path', { d: `M${x(piece[0][0])} 30L${line}L${x(piece[piece.length - 1][0])} 30Z`, class: 'area' });
        put('path', { d: `M${line}`, class: 'line' });
    }
    if (target !== undefined)
        put('line', { x1: 0, x2: 100, y1: y(target), y2: y(target), class: 'target' });
    if (pieces.length) {
        const [at, value] = pieces[pieces.length - 1].slice(-1)[0];
        put('path', { d: `M${x(at)} ${y(value)}h0`, class: 'end' });
    }
    node.replaceChildren(svg);
}
