// The notes: the list beside the note that is open; on a narrow screen one of the two.

import { fill, h, icon } from './dom.js';
import { NoteList } from './note_list.js';
import { NoteView } from './note_view.js';
import * as route from './route.js';

export class NotesScreen {
  constructor(office) {
    this.office = office;
    this.view = null;
    this.list = new NoteList(office, (rows) => this.#changed(rows));
    this.pane = h('div', { class: 'detail-pane' });
    this.element = h('div', { class: 'notes-screen' }, this.list.element, this.pane);
  }

  enter({ path, query }) {
    const noteId = path[1] ?? null;
    const closed = this.view && !noteId ? this.view.noteId : null;
    if (this.started === undefined) {
      this.list.start();
      this.started = true;
    }
    this.list.show(query, noteId);
    this.element.classList.toggle('has-note', noteId !== null);
    if (noteId === null) {
      this.view?.close();
      this.view = null;
      document.title = 'Notes – AI Voice Tool';
      fill(this.pane, h('div', { class: 'nothing-open' }, icon('notes'), h('p', {}, 'Choose a note to see all of it.')));
      if (closed) this.list.focusRow(closed);
    } else if (this.view?.noteId !== noteId) {
      this.view?.close();
      this.view = new NoteView(this.office, noteId, {
        back: () => route.to(['notes'], route.current().query),
        onCorrected: () => this.list.live.wake(),
        onGone: () => {
          this.list.reload();
          route.go(['notes'], route.current().query, { replace: true });
        },
      });
      fill(this.pane, this.view.element);
      this.pane.scrollTop = 0;
    }
  }

  leave() {
    this.list.stop();
    this.view?.close();
  }

  #changed(rows) {
    const row = rows.find((changed) => changed.note_id === this.view?.noteId);
    if (row) this.view.follow(row.revision);
  }
}
