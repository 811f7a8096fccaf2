// Asks for the token, once for this browser: the server gives a cookie for it.
import { ask } from '../api.js';
import { h, text } from '../dom.js';
import { t } from '../i18n.js';

export function signInPage(done) {
    const field = h('input', { id: 'token', type: 'password', name: 'token', autocomplete: 'current-password', required: true });
    const said = h('p', { class: 'said', role: 'alert' });
    return h('form', {
        class: 'card sign-in',
        onsubmit: async (event) => {
            event.preventDefault();
            try {
                await ask('POST', '/api/v1/login', { token: field.value });
                done();
            } catch (error) {
                text(said, error.status === 401 ? t('wrongToken') : error.status === 429 ? t('tooOften') : t('failed', { why: error.message }));
                field.select();
            }
        },
    }, h('h1', {}, t('signIn')), h('label', {}, t('token'), field), h('button', { type: 'submit' }, t('signIn')), said);
}
