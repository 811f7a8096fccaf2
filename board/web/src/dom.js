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

// A line of values from 0 to `top`, with gaps where there is none, and a line at `target`.
export function sparkline(node, values, top, target, label) {
    const kept = JSON.stringify([values, top, target, label]);
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
    const y = (value) => (29 - 28 * Math.min(1, value / top)).toFixed(1);
    for (const [key, value] of Object.entries({ viewBox: '0 0 100 30', preserveAspectRatio: 'none', role: 'img', 'aria-label': label }))
        svg.setAttribute(key, value);
    if (target !== undefined)
        put('line', { x1: 0, x2: 100, y1: y(target), y2: y(target), class: 'target' });
    let path = '', pen = false;
    values.forEach((value, i) => {
        if (value === null || value === undefined) {
            pen = false;
            return;
        }
        const x = values.length > 1 ? (100 * i / (values.length - 1)).toFixed(1) : '100';
        path += `${pen ? 'L' : 'M'}${x} ${y(value)}`;
        pen = true;
    });
    put('path', { d: path, class: 'line' });
    node.replaceChildren(svg);
}
