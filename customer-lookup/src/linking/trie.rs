//! All listed sounds in one prefix tree, searched with errors against the sounds of a text.
//!
//! The search walks the tree once per start word and computes one row of the edit distance per node, only where it
//! is still within bounds. It knows nothing of names or words: values come out as they were put in.

use std::collections::VecDeque;
use std::ops::Range;

use super::phoneme::{COSTS, Phoneme};

/// Costs over this are no match, whatever the length: two clear differences and a slip.
const MAX_BUDGET: u16 = 230;

/// No cost: outside the bounds of a row.
const FAR: u16 = u16::MAX / 4;

/// How far a heard piece may be from a name of so many sounds.
pub(super) fn budget(sounds: usize) -> u16 {
    u16::try_from(30 + 20 * sounds.min(20))
        .unwrap_or(MAX_BUDGET)
        .min(MAX_BUDGET)
}

/// How far it may be after the first so many sounds of the name: a mishearing keeps the beginning better than the end.
fn bound(depth: usize) -> u16 {
    u16::try_from(60 + 18 * depth.min(20)).unwrap_or(MAX_BUDGET)
}

#[derive(Debug, Clone)]
struct Node {
    sound: Phoneme,
    /// The largest budget of a value at or below this node.
    budget: u16,
    children: Range<u32>,
    values: Range<u32>,
}

/// What is put into the tree: sounds, a value, and the extra cost of a less likely reading.
pub(super) type Entry = (Vec<Phoneme>, u32, u16);

/// The prefix tree.
#[derive(Debug)]
pub(super) struct SoundTree {
    /// The root first, then level by level, the children of a node side by side.
    nodes: Vec<Node>,
    values: Vec<(u32, u16)>,
}

/// A value found in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) value: u32,
    pub(super) cost: u16,
    /// The [`End::word`] it reached.
    pub(super) end: usize,
}

/// A place where a heard piece may end: after `column` sounds, at an extra cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) column: usize,
    pub(super) cost: u16,
    pub(super) word: usize,
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl SoundTree {
    pub(super) fn build(mut entries: Vec<Entry>) -> SoundTree {
        entries.retain(|entry| !entry.0.is_empty());
        entries.sort_unstable();
        entries.dedup_by(|later, first| later.0 == first.0 && later.1 == first.1);
        let root = Node {
            sound: Phoneme::default(),
            budget: MAX_BUDGET,
            children: 0..0,
            values: 0..0,
        };
        let mut tree = SoundTree {
            nodes: vec![root],
            values: Vec::with_capacity(entries.len()),
        };
        // Each step gives one node its values and children: (node, depth, its entries).
        let mut open = VecDeque::from([(0, 0, 0..entries.len())]);
        while let Some((node, depth, mut range)) = open.pop_front() {
            let first_value = tree.values.len();
            while range.start < range.end && entries[range.start].0.len() == depth {
                tree.values.push((entries[range.start].1, entries[range.start].2));
                range.start += 1;
            }
            let first_child = tree.nodes.len();
            while range.start < range.end {
                let sound = entries[range.start].0[depth];
                let run = entries[range.clone()].iter().take_while(|e| e.0[depth] == sound);
                let (count, longest) = run.fold((0, 0), |(n, longest), e| (n + 1, e.0.len().max(longest)));
                open.push_back((tree.nodes.len(), depth + 1, range.start..range.start + count));
                tree.nodes.push(Node {
                    sound,
                    budget: budget(longest),
                    children: 0..0,
                    values: 0..0,
                });
                range.start += count;
            }
            tree.nodes[node].values = position(first_value)..position(tree.values.len());
            tree.nodes[node].children = position(first_child)..position(tree.nodes.len());
        }
        tree
    }

    /// Every value within its budget of the text's sounds up to one of `ends`.
    pub(super) fn search(&self, text: &[Phoneme], ends: &[End], hits: &mut Vec<Hit>) {
        let lose: Vec<u16> = text.iter().map(|&sound| COSTS.lose(sound)).collect();
        let mut first = vec![FAR; text.len() + 1];
        let mut sum = 0;
        for (cell, lost) in first.iter_mut().zip(std::iter::once(&0).chain(&lose)) {
            sum += lost;
            if sum > MAX_BUDGET {
                break;
            }
            *cell = sum;
        }
        let within = first.iter().take_while(|&&cell| cell < FAR).count();
        let mut search = Search {
            tree: self,
            text,
            lose: &lose,
            ends,
            rows: first,
            hits,
        };
        search.descend(0, 0, 0..within);
    }
}

struct Search<'a> {
    tree: &'a SoundTree,
    text: &'a [Phoneme],
    lose: &'a [u16],
    ends: &'a [End],
    /// One row per depth, one after the other.
    rows: Vec<u16>,
    hits: &'a mut Vec<Hit>,
}

impl Search<'_> {
    /// Goes below `node`, whose row is the `depth`-th, within bounds at `active`.
    fn descend(&mut self, node: u32, depth: usize, active: Range<usize>) {
        let width = self.text.len() + 1;
        let below = depth + 1;
        if self.rows.len() < (below + 1) * width {
            self.rows.resize((below + 1) * width, FAR)
        }
        let tree = self.tree;
        for number in tree.nodes[node as usize].children.clone() {
            let child = &tree.nodes[number as usize];
            let most = child.budget.min(bound(below));
            let within = self.row(child.sound, depth, active.clone(), most);
            if within.is_empty() {
                continue;
            }
            if !child.values.is_empty() {
                let allowed = budget(below);
                for end in self.ends.iter().filter(|end| within.contains(&end.column)) {
                    let cost = self.rows[below * width + end.column] + end.cost;
                    if cost > allowed {
                        continue;
                    }
                    for &(value, extra) in
                        &tree.values[child.values.start as usize..child.values.end as usize]
                    {
                        self.hits.push(Hit {
                            value,
                            cost: cost + extra,
                            end: end.word,
                        });
                    }
                }
            }
            if !child.children.is_empty() {
                self.descend(number, below, within)
            }
        }
    }

    /// Computes the row under the `depth`-th; returns where it is at most `most`.
    fn row(&mut self, sound: Phoneme, depth: usize, active: Range<usize>, most: u16) -> Range<usize> {
        let width = self.text.len() + 1;
        let (above, row) = self.rows.split_at_mut((depth + 1) * width);
        let (above, row) = (&above[depth * width..], &mut row[..width]);
        let (gone, instead) = (COSTS.lose(sound), COSTS.row(sound));
        let (mut first, mut end) = (usize::MAX, 0);
        let (mut left, mut diagonal) = (FAR, FAR);
        for column in active.start..width {
            let straight = if column < active.end { above[column] } else { FAR };
            let mut best = straight + gone;
            if column > 0 {
                best = best
                    .min(diagonal + instead[self.text[column - 1].index()])
                    .min(left + self.lose[column - 1]);
            }
            diagonal = straight;
            left = best;
            if best <= most {
                row[column] = best;
                first = first.min(column);
                end = column + 1;
            } else {
                left = FAR;
                row[column] = FAR;
                if column > active.end {
                    break;
                }
            }
        }
        first.min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::phoneme;
    use super::*;

    fn found(listed: &[&str], heard: &str) -> Vec<(u32, u16)> {
        let entries = (0..)
            .zip(listed)
            .map(|(value, sounds)| (phoneme::parse(sounds), value, 0))
            .collect();
        let text = phoneme::parse(heard);
        let mut hits = Vec::new();
        SoundTree::build(entries).search(
            &text,
            &[End {
                column: text.len(),
                cost: 0,
                word: 1,
            }],
            &mut hits,
        );
        let mut found: Vec<(u32, u16)> = hits.iter().map(|hit| (hit.value, hit.cost)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn values_come_with_what_they_differ_by() {
        assert_eq!(found(&["smIT", "smIt", "JGnz"], "smIT"), [(0, 0), (1, 40)]);
        assert_eq!(found(&["smIT", "smIT"], "smIT"), [(0, 0), (1, 0)]);
        assert!(found(&["smIT"], "JGnz").is_empty());
        assert!(found(&[], "smIT").is_empty());
    }

    proptest! {
        /// The bounds of the search leave out what is far, and never change a cost.
        #[test]
        fn a_cost_is_the_edit_distance(listed in "[pbtdkgfvszmnlriIeaou@EYW]{1,9}", heard in "[pbtdkgfvszmnlriIeaou@EYW]{1,9}") {
            let distance = phoneme::distance(&phoneme::parse(&listed), &phoneme::parse(&heard));
            match found(&[&listed], &heard)[..] {
                [(0, cost)] => prop_assert_eq!(cost, distance),
                _ => prop_assert!(distance > 40, "{} is not found", distance),
            }
        }
    }
}
