// Files of the repository.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path from the repository's root. */
export function fromRoot(path) {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** A file of the samples. */
export function sample(name) {
  return readFileSync(fromRoot(`samples/${name}`));
}
