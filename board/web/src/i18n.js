// The language: one of the tables, as chosen here or by the browser.
import en from './texts.en.js';
import zh from './texts.zh.js';

export const languages = [en, zh];
let table = en;

export function chooseLanguage(code) {
    table = languages.find((item) => item.lang === code) ||
        (navigator.languages.some((name) => name.startsWith('zh')) &&
            !navigator.languages[0].startsWith('en') ? zh : en);
    document.documentElement.lang = table.lang === 'zh' ? 'zh-CN' : 'en';
}

export const language = () => table.lang;

// The text, with {names} replaced.
export function t(key, values) {
    const text = table[key] ?? en[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : text;
}

export const has = (key) => key in table || key in en;

// A figure's name for people; `known` is what /api/v1/figures says of it.
export const figureLabel = (name, known) => table.figures?.[name] ?? known?.label ?? name;
