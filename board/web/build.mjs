// Bundles the page and writes it as a C source: each file plain and gzipped, with an ETag.
// Usage: node build.mjs DIRECTORY-WITH-NODE_MODULES OUTPUT.c
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const [modules, output] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(modules, 'x.js'))('esbuild');

const bundled = await esbuild.build({
    entryPoints: { app: join(here, 'src/main.js') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    outdir: 'out',
    write: false,
    legalComments: 'inline',
    nodePaths: [join(modules, 'node_modules')],
    logLevel: 'warning',
});
const files = bundled.outputFiles.map((file) => ({
    path: file.path.endsWith('.css') ? '/app.css' : '/app.js',
    bytes: Buffer.from(file.contents),
}));
for (const name of ['index.html', 'icon.svg'])
    files.push({ path: `/${name}`, bytes: readFileSync(join(here, 'static', name)) });
files.push({ path: '/api/v1/openapi.json', bytes: readFileSync(join(here, '../openapi.json')) });

const types = {
    html: 'text/html; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    svg: 'image/svg+xml',
    json: 'application/json',
};
const array = (name, bytes) =>
    `static const unsigned char ${name}[] = {${Array.from(bytes).join(',')}};\n`;
let text = '#include "board/page.h"\n\n', entries = '';
files.forEach(({ path, bytes }, i) => {
    const packed = gzipSync(bytes, { level: 9 });
    const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    text += array(`plain_${i}`, bytes) + array(`packed_${i}`, packed);
    entries += `    {"${path}", "${types[path.split('.').pop()]}", "\\"${etag}\\"", plain_${i}, ` +
        `packed_${i}, sizeof plain_${i}, sizeof packed_${i}},\n`;
});
text += `const struct dp_page dp_pages[] = {\n${entries}};\n` +
    'const size_t dp_page_count = sizeof dp_pages / sizeof *dp_pages;\n';
writeFileSync(output, text);
