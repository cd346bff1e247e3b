// Signing in with a key, and choosing a company when the key sees several.

import { Api } from './api.js';
import { field, fill, focusOn, h } from './dom.js';
import { inWords } from './problem.js';

/**
 * The form.
 * @param {{reason?: string, onSignedIn: (session: {key: string, company: string, companies: object[], stay: boolean}) => void}} options
 */
export function signIn({ reason, onSignedIn }) {
  const key = h('input', {
    type: 'password', name: 'key', required: true, autocomplete: 'current-password', spellcheck: 'false', autocapitalize: 'off',
  });
  const stay = h('input', { type: 'checkbox', id: 'stay' });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const submit = h('button', { type: 'submit', class: 'main' }, 'Sign in');
  const card = h('main', { id: 'main', class: 'sign-in', tabindex: '-1' });

  async function attempt(event) {
    event.preventDefault();
    submit.disabled = true;
    fill(failure);
    const given = key.value.trim();
    try {
      const { companies, truncated } = await new Api(given).companies();
      const session = { key: given, companies, stay: stay.checked };
      if (companies.length === 1) onSignedIn({ ...session, company: companies[0].company_id });
      else {
        fill(card, companyParts(session, { mayName: truncated || companies.length === 0, onSignedIn }));
        focusOn(card.querySelector('h1'));
      }
    } catch (error) {
      fill(failure, error.isSignedOut ? 'This key is not valid. Check that all of it was copied.' : inWords(error));
      key.focus();
    } finally {
      submit.disabled = false;
    }
  }

  return fill(
    card,
    h('img', { src: 'assets/icon.svg', alt: '', width: '56', height: '56' }),
    h('h1', {}, 'AI Voice Tool'),
    h('p', { class: 'lead' }, 'What was said on site, for the office.'),
    reason && h('p', { class: 'reason', role: 'status' }, reason),
    h(
      'form',
      { on: { submit: attempt } },
      field('Key', key, { hint: 'Whoever runs this service has it.' }),
      h('div', { class: 'choice' }, stay, h('label', { for: 'stay' }, 'Stay signed in on this device')),
      failure,
      submit,
    ),
  );
}

/**
 * Lets one of several companies be chosen, or named when they are not (all) listed.
 * @param {{key: string, companies: object[], stay: boolean}} session
 * @param {{mayName: boolean, onSignedIn: (session: object) => void}} options
 */
export function chooseCompany(session, options) {
  return h('main', { id: 'main', class: 'sign-in', tabindex: '-1' }, companyParts(session, options));
}

function companyParts(session, { mayName, onSignedIn }) {
  return [
    h('h1', { tabindex: '-1' }, 'Which company?'),
    h('p', { class: 'lead' }, leadOf(session.companies, mayName)),
    h(
      'ul',
      { class: 'companies' },
      session.companies.map((company) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', on: { click: () => onSignedIn({ ...session, company: company.company_id }) } },
            h('strong', {}, company.company_name ?? company.company_id),
            company.company_name && h('span', {}, company.company_id),
          ),
        ),
      ),
    ),
    mayName && nameForm(session, onSignedIn),
  ];
}

function leadOf(companies, mayName) {
  if (companies.length === 0) return 'Your key is valid. No company is set up yet, so say which one you mean.';
  return mayName ? 'Choose one, or name another.' : 'Your key sees several. You can change over at any time.';
}

function nameForm(session, onSignedIn) {
  const company = h('input', { type: 'text', required: true, pattern: '[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  const open = (event) => {
    event.preventDefault();
    const named = company.value.trim();
    const isListed = session.companies.some((one) => one.company_id === named);
    onSignedIn({ ...session, company: named, companies: isListed ? session.companies : [...session.companies, { company_id: named }] });
  };
  return h(
    'form',
    { on: { submit: open } },
    field('Company id', company, { hint: 'As in the customer file, such as acme-plumbing. It may be one that has nothing filed yet.' }),
    h('button', { type: 'submit', class: 'main' }, 'Open'),
  );
}
