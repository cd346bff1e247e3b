// The client list: found, corrected, uploaded as CSV; and the names that workers taught.

import { tell, tellFailure } from './announce.js';
import { field, fill, focusOn, h, icon } from './dom.js';
import { EditForm } from './edit_form.js';
import { shortTime } from './format.js';
import { matcher, textsOfClient } from './matching.js';
import { empty, failed, loading } from './placeholder.js';
import { Problem, inWords } from './problem.js';
import * as route from './route.js';
import { count } from './words.js';

/** Most clients shown at once. */
const MOST_SHOWN = 200;

export class ClientsScreen {
  constructor(office) {
    this.office = office;
    this.clients = null;
    this.learned = [];
    this.ending = new AbortController();
    this.form = h('div', {});
    this.words = h('input', { type: 'search', placeholder: 'Search clients', 'aria-label': 'Search clients', autocomplete: 'off', on: { input: () => this.#renderList() } });
    this.status = h('p', { class: 'faint', role: 'status' });
    this.list = h('div', {});
    this.learnedPart = h('div', {});
    this.add = h('button', { type: 'button', class: 'main', disabled: true, on: { click: () => this.#openForm(null, this.add) } }, icon('plus'), 'Add a client');
    this.download = h('button', { type: 'button', class: 'quiet', disabled: true, on: { click: () => this.#download() } }, icon('download'), 'CSV');
    this.download.setAttribute('aria-label', 'Download as CSV');
    this.upload = h('button', { type: 'button', disabled: true, on: { click: () => this.#openUpload() } }, 'Upload CSV');
    this.element = h(
      'div',
      { class: 'page' },
      h('div', { class: 'page-head' }, h('h1', { tabindex: '-1' }, 'Clients'), h('div', { class: 'buttons' }, this.download, this.upload, this.add)),
      h('p', { class: 'lead' }, 'The names to listen for. A note is linked to a client when their name, or another name they go by, is heard.'),
      this.form,
      h('div', { class: 'search' }, icon('search'), this.words),
      this.status,
      this.list,
      this.learnedPart,
    );
  }

  enter() {
    if (this.clients === null) this.#load();
  }

  leave() {
    this.ending.abort();
  }

  async #load() {
    if (this.clients === null) fill(this.list, loading('the clients'));
    try {
      const { clients, learned, etag } = await this.office.api.clients(this.ending.signal);
      this.clients = clients;
      this.learned = learned;
      this.etag = etag;
      this.add.disabled = false;
      this.upload.disabled = false;
      this.download.disabled = false;
      this.#renderList();
      this.#renderLearned();
    } catch (error) {
      if (this.ending.signal.aborted) return;
      fill(this.status);
      fill(this.list, failed(error, () => this.#load()));
    }
  }

  #renderList() {
    if (!this.clients) return;
    if (this.clients.length === 0) {
      fill(this.status);
      fill(this.list, empty('There are no clients yet.', 'Add the first one, or upload the list as a CSV file from a spreadsheet.'));
      return;
    }
    const matches = matcher(this.words.value);
    const found = this.clients.filter((client) => matches(textsOfClient(client))).sort((a, b) => a.name.localeCompare(b.name));
    const shown = found.slice(0, MOST_SHOWN);
    fill(
      this.status,
      found.length > shown.length ? `The first ${shown.length} of ${found.length} clients. Search to see the others.` : count(found.length, 'client'),
    );
    fill(this.list, h('ul', { class: 'cards' }, shown.map((client) => this.#card(client))));
  }

  #card(client) {
    const edit = h('button', { type: 'button', class: 'quiet', 'aria-label': `Change: ${client.name}` }, icon('pencil'), 'Change');
    edit.addEventListener('click', () => this.#openForm(client, edit));
    return h(
      'li',
      { class: client.active === false ? 'card off' : 'card' },
      h(
        'div',
        { class: 'card-words' },
        h('strong', {}, client.name),
        client.active === false && h('span', { class: 'badge' }, 'not linked to any more'),
        client.aliases?.length > 0 && h('p', {}, `Also: ${client.aliases.join(', ')}`),
        h('p', { class: 'faint' }, [client.address, client.phone_number, client.sites?.length > 0 && count(client.sites.length, 'site'), client.jobs?.length > 0 && count(client.jobs.length, 'job')].filter(Boolean).join(' · ')),
      ),
      h('div', { class: 'buttons' }, h('a', { class: 'button quiet', href: route.to(['notes'], { client: client.client_id }), 'aria-label': `Notes about ${client.name}` }, icon('notes'), 'Notes'), edit),
    );
  }

  #renderLearned() {
    if (this.learned.length === 0) {
      fill(this.learnedPart);
      return;
    }
    const nameOf = (id) => this.clients.find((client) => client.client_id === id)?.name ?? id;
    fill(
      this.learnedPart,
      h(
        'section',
        { class: 'panel', 'aria-labelledby': 'learned-heading' },
        h('h2', { id: 'learned-heading' }, 'Learned names'),
        h('p', { class: 'faint' }, 'What a worker was heard to say, and confirmed to mean this client. An upload keeps these.'),
        h(
          'ul',
          { class: 'plain-list' },
          this.learned.map((alias) => {
            const remove = h('button', { type: 'button', class: 'quiet', 'aria-label': `Forget that “${alias.heard}” is ${nameOf(alias.client_id)}` }, 'Forget');
            remove.addEventListener('click', async () => {
              remove.disabled = true;
              try {
                await this.office.api.forgetAlias(alias.client_id, alias.heard);
                this.learned = this.learned.filter((one) => one !== alias);
                this.#renderLearned();
                tell(`“${alias.heard}” is forgotten.`);
                focusOn(this.element.querySelector('#learned-heading') ?? this.element.querySelector('h1'));
              } catch (error) {
                tellFailure(inWords(error));
                remove.disabled = false;
              }
            });
            return h(
              'li',
              { class: 'stranger' },
              h('div', {}, h('strong', {}, `“${alias.heard}”`), ' is ', nameOf(alias.client_id), h('p', { class: 'faint' }, `${count(alias.count ?? 1, 'time')}, last ${shortTime(alias.at)}`)),
              remove,
            );
          }),
        ),
      ),
    );
  }

  #close(opener) {
    fill(this.form);
    focusOn(opener?.isConnected ? opener : this.add);
  }

  #openForm(client, opener) {
    const close = () => this.#close(opener);
    const name = h('input', { type: 'text', value: client?.name ?? '', required: true, maxlength: '100', autocomplete: 'off' });
    const aliases = h('textarea', { rows: '3', value: (client?.aliases ?? []).join('\n') });
    const phone = h('input', { type: 'tel', value: client?.phone_number ?? '', maxlength: '40', autocomplete: 'off' });
    const where = h('input', { type: 'text', value: client?.address ?? '', maxlength: '300', autocomplete: 'off' });
    const active = h('input', { type: 'checkbox', id: 'client-active', checked: client?.active !== false });
    const form = new EditForm({
      label: client ? 'Change a client' : 'Add a client',
      heading: client ? `Change ${client.name}` : 'Add a client',
      fields: [
        h(
          'div',
          { class: 'grid' },
          field('Name', name),
          field('Telephone', phone),
          field('Address', where),
          field('Also known as', aliases, { hint: 'One name on each line.' }),
        ),
        h('div', { class: 'choice' }, active, h('label', { for: 'client-active' }, 'Link notes to this client')),
      ],
      submit: client ? 'Save' : 'Add',
      close,
      save: async () => {
        const changed = {
          ...client,
          name: name.value.trim(),
          aliases: aliases.value.split('\n').map((line) => line.trim()).filter(Boolean),
          phone_number: phone.value.trim() || undefined,
          address: where.value.trim() || undefined,
          active: active.checked,
        };
        const list = client ? this.clients.map((one) => (one === client ? changed : one)) : [...this.clients, changed];
        try {
          await this.office.api.putClients(list, this.etag);
        } catch (error) {
          if (!(error instanceof Problem && error.isStale)) throw error;
          await this.#load();
          this.#close(this.add);
          tellFailure('Someone else changed the client list in the meantime, so this was not saved. The list is shown as it is now.');
          return;
        }
        tell(client ? 'Saved.' : `${changed.name} is listened for now.`);
        close();
        await this.#load();
      },
    });
    fill(this.form, form.element);
    name.focus();
  }

  async #download() {
    this.download.disabled = true;
    try {
      const address = URL.createObjectURL(new Blob([await this.office.api.clientsCsv()], { type: 'text/csv' }));
      const link = h('a', { download: 'clients.csv' });
      link.href = address;
      link.click();
      // The download has begun by the next turn; the bytes are not needed longer.
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    } catch (error) {
      tellFailure(inWords(error));
    } finally {
      this.download.disabled = false;
    }
  }

  #openUpload() {
    const close = () => this.#close(this.upload);
    const file = h('input', { type: 'file', accept: '.csv,text/csv', required: true });
    const form = new EditForm({
      label: 'Upload the client list',
      fields: [
        h('p', {}, 'The file replaces the whole list; learned names stay. Its first row names the columns: ', h('code', {}, 'client_id, name, aliases, phone_number, address, active'), '. Only the name is needed; with its client_id a client may get another name. Several aliases are separated by “;”.'),
        field('CSV file', file, { hint: 'UTF-8, separated by commas or semicolons.' }),
      ],
      submit: 'Replace the list',
      close,
      save: async () => {
        try {
          await this.office.api.putClientsCsv(await file.files[0].arrayBuffer(), this.etag);
        } catch (error) {
          if (error instanceof Problem && error.isStale) await this.#load();
          throw error;
        }
        close();
        await this.#load();
        tell(`The list has ${count(this.clients.length, 'client')} now.`);
      },
      explain: (error) => (error instanceof Problem ? (error.isStale ? staleList() : rowErrors(error)) : null),
    });
    fill(this.form, form.element);
    file.focus();
  }
}

function staleList() {
  return h('p', { class: 'failure' }, 'Someone else changed the client list in the meantime. It was loaded anew; upload again if the file is still right.');
}

/** Each row that could not be used, when the service names them. */
function rowErrors({ errors }) {
  if (errors.length === 0) return null;
  const place = ({ row, column }) => [`Row ${row}`, column && `column ${column}`].filter(Boolean).join(', ');
  return [
    h('p', { class: 'failure' }, `Nothing was changed, because of ${count(errors.length, 'cell')} in this file:`),
    h('ul', { class: 'failures' }, errors.map((one) => h('li', {}, `${place(one)}: ${one.detail}`))),
  ];
}
