//! A bounded collection of files, one per company or sender: the least recently used is let go.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

/// At most so many things, by key.
#[derive(Debug)]
pub(crate) struct Shelf<K: Hash + Eq, V>(Mutex<LruCache<K, Arc<V>>>);

impl<K: Hash + Eq + Clone, V> Shelf<K, V> {
    /// A shelf for `capacity` things, at least one.
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(capacity)))
    }

    /// The thing under `key`, made if it is not there.
    pub(crate) fn get_or_add(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shelf.get_or_insert_ref(key, || Arc::new(make())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_is_let_go() {
        let shelf = Shelf::new(2);
        let made = |key: &str| {
            let mut made = false;
            shelf.get_or_add(&key.to_owned(), || made = true);
            made
        };
        assert!(made("a") && made("b"));
        assert!(!made("a"));
        assert!(made("c"), "in the place of b");
        assert!(!made("a"));
        assert!(made("b"));
    }
}
