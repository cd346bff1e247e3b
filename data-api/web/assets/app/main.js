// The page's frame: signs in, shows the screen the address names, signs out.

import { hush, say } from './announce.js';
import { Api } from './api.js';
import { ClientsScreen } from './clients_screen.js';
import { fill, focusOn, h, icon, select } from './dom.js';
import { KeysScreen } from './keys_screen.js';
import { NotesScreen } from './notes_screen.js';
import * as route from './route.js';
import * as session from './session.js';
import { chooseCompany, signIn } from './sign_in.js';
import { WorkersScreen } from './workers_screen.js';

const app = document.getElementById('app');

/** The screens by the first part of the address, with their names in the navigation. */
const SCREENS = {
  notes: { name: 'Notes', icon: 'notes', make: (office) => new NotesScreen(office) },
  workers: { name: 'Workers', icon: 'worker', make: (office) => new WorkersScreen(office) },
  clients: { name: 'Clients', icon: 'people', make: (office) => new ClientsScreen(office) },
  keys: { name: 'Keys', icon: 'key', make: (office) => new KeysScreen(office), forAdmin: true },
};

/** In the choice of companies: none of those that are listed. */
const ANOTHER = '';

/** What a signed-in page is made of; null when nobody is. */
let frame = null;

/** Asks for a key, with a reason when an earlier one ended. */
function showSignIn(reason) {
  leaveFrame();
  document.title = 'Sign in – AI Voice Tool';
  fill(app, signIn({ reason, onSignedIn: (signedIn) => showOffice(signedIn) }));
  focusOn(app.querySelector('input'));
}

/** Ends the session everywhere on this device. */
function signOut(reason) {
  session.clear();
  hush();
  window.history.replaceState(null, '', route.to([]));
  showSignIn(reason);
  say('Signed out.');
}

function leaveFrame() {
  frame?.screen?.leave();
  frame = null;
}

/** Checks a kept key, then shows the office with it. */
async function resume() {
  const kept = session.load();
  if (!kept?.company) {
    showSignIn();
    return;
  }
  showOffice(kept);
}

/** @param {{key: string, company: string, companies?: object[], stay?: boolean}} signedIn */
function showOffice(signedIn) {
  leaveFrame();
  const { key, company, companies = [{ company_id: company }], stay = false } = signedIn;
  session.save({ key, company, companies, stay });
  const api = new Api(key, () => frame && signOut('This key is not valid any more. Sign in with another one.'));
  const office = {
    api: api.company(company),
    admin: api.isAdmin ? api : null,
    companyId: company,
    companies,
    nameOf: (id) => companies.find((one) => one.company_id === id)?.company_name ?? id,
    offline: setOffline,
  };
  const screens = Object.fromEntries(Object.entries(SCREENS).filter(([, screen]) => !screen.forAdmin || office.admin));
  const links = Object.entries(screens).map(([path, screen]) =>
    h('a', { href: route.to([path]), 'data-screen': path }, icon(screen.icon), h('span', {}, screen.name)),
  );
  const notice = h('p', { class: 'notice', role: 'status', hidden: true });
  const main = h('main', { id: 'main', tabindex: '-1' });
  frame = { office, screens, links, main, notice, screen: null, name: null };
  fill(
    app,
    h(
      'header',
      { class: 'bar' },
      h('a', { class: 'brand', href: route.to(['notes']) }, mark(), h('span', {}, 'AI Voice Tool')),
      h('nav', { 'aria-label': 'Screens' }, links),
      h(
        'div',
        { class: 'who' },
        companyChoice(office, (next) => showOffice({ ...signedIn, company: next }), () => showCompanies(signedIn)),
        h(
          'button',
          { type: 'button', class: 'quiet', 'aria-label': 'Sign out', on: { click: () => signOut() } },
          icon('signOut'),
          h('span', { class: 'wide-only', 'aria-hidden': 'true' }, 'Sign out'),
        ),
      ),
    ),
    notice,
    main,
  );
  showScreen();
}

/** Asks the admin for a company, which may be one that has nothing filed yet. */
function showCompanies(signedIn) {
  leaveFrame();
  document.title = 'Companies – AI Voice Tool';
  fill(app, chooseCompany(signedIn, { mayName: true, onSignedIn: showOffice }));
  focusOn(app.querySelector('h1'));
}

function mark() {
  return h('img', { src: 'assets/icon.svg', alt: '', width: '28', height: '28' });
}

function companyChoice({ admin, companies, companyId, nameOf }, onChange, onAnother) {
  if (companies.length < 2 && !admin) return h('span', { class: 'company', title: nameOf(companyId) }, nameOf(companyId));
  const options = companies.map((one) => [one.company_id, nameOf(one.company_id)]);
  if (admin) options.push([ANOTHER, 'Another company…']);
  return select(options, companyId, {
    class: 'company',
    'aria-label': 'Company',
    on: {
      change: (event) => {
        window.history.replaceState(null, '', route.to([frame.name ?? 'notes']));
        if (event.target.value === ANOTHER) onAnother();
        else onChange(event.target.value);
      },
    },
  });
}

/** Shows the screen the address names, or lets the one that is shown follow the address. */
function showScreen() {
  if (!frame) return;
  const place = route.current();
  const name = frame.screens[place.path[0]] ? place.path[0] : 'notes';
  for (const link of frame.links) {
    if (link.dataset.screen === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (frame.name !== name) {
    const isFirst = frame.name === null;
    frame.screen?.leave();
    frame.name = name;
    frame.screen = SCREENS[name].make(frame.office);
    fill(frame.main, frame.screen.element);
    document.title = `${SCREENS[name].name} – AI Voice Tool`;
    frame.main.scrollTop = 0;
    if (!isFirst) focusOn(frame.main.querySelector('h1'));
  }
  frame.screen.enter(place);
}

/** Says above everything that what is shown may be old. */
function setOffline(sentence) {
  if (!frame) return;
  fill(frame.notice, sentence ? [icon('alert'), sentence] : []);
  frame.notice.hidden = !sentence;
}

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  focusOn(document.getElementById('main') ?? document.querySelector('main'));
});
window.addEventListener('hashchange', showScreen);
window.addEventListener('offline', () => setOffline('There is no network just now. What you see is from before.'));
session.onSignedOutElsewhere(() => frame && signOut('You signed out in another tab.'));
resume();
