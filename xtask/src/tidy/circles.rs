//! Modules import one another in one direction: among siblings of any folder there is no circle.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{mentions, module_of};
use super::{Finding, Tree};

const CRATES: [&str; 5] = ["licensing", "app", "server", "vendor", "xtask"];

/// Who imports whom among the modules of one folder; where: the file and line of the first import.
#[derive(Default)]
struct Graph {
    edges: BTreeMap<String, BTreeMap<String, (String, usize)>>,
}

/// No circle in any folder of any crate.
pub(super) fn none(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in CRATES {
        for (folder, graph) in graphs(tree, &format!("{name}/src/")) {
            if let Some(circle) = graph.circle() {
                let (path, line) = &graph.edges[&circle[0]][&circle[1]];
                let folder = if folder.is_empty() {
                    name.to_owned()
                } else {
                    format!("{name}::{folder}")
                };
                let says = format!(
                    "in {folder}, {} is a circle: what they share belongs in a module that both import",
                    circle.join(" → ")
                );
                found.push(Finding {
                    path: path.clone(),
                    line: *line,
                    says,
                });
            }
        }
    }
    found
}

/// One graph per folder: an import counts where the two paths part.
fn graphs(tree: &Tree, under: &str) -> BTreeMap<String, Graph> {
    let modules: BTreeSet<Vec<String>> = tree
        .rust(under)
        .filter_map(|source| module_of(&source.path))
        .collect();
    let mut graphs: BTreeMap<String, Graph> = BTreeMap::new();
    for source in tree.rust(under) {
        let Some(own) = module_of(&source.path).filter(|own| !own.is_empty()) else {
            continue;
        };
        for mention in mentions(&own, source.code()) {
            let Some(("crate", path)) = mention
                .path
                .split_first()
                .map(|(first, rest)| (first.as_str(), rest))
            else {
                continue;
            };
            let shared = own
                .iter()
                .zip(path)
                .take_while(|(own, other)| own == other)
                .count();
            let is_module = modules.contains(path.get(..=shared).unwrap_or_default());
            if let (Some(from), Some(to), true) = (own.get(shared), path.get(shared), is_module) {
                let graph = graphs.entry(own[..shared].join("::")).or_default();
                let place = (source.path.clone(), mention.line);
                graph
                    .edges
                    .entry(from.clone())
                    .or_default()
                    .entry(to.clone())
                    .or_insert(place);
            }
        }
    }
    graphs
}

impl Graph {
    /// A shortest circle, its first module also at its end.
    fn circle(&self) -> Option<Vec<String>> {
        let circles = self.edges.keys().filter_map(|start| self.way_back(start));
        circles.min_by_key(Vec::len)
    }

    fn way_back(&self, start: &str) -> Option<Vec<String>> {
        let mut seen = BTreeSet::new();
        let mut ways = std::collections::VecDeque::from([vec![start.to_owned()]]);
        while let Some(way) = ways.pop_front() {
            let last = way.last().expect("a way has a start");
            for next in self.edges.get(last).into_iter().flat_map(BTreeMap::keys) {
                let mut on = way.clone();
                on.push(next.clone());
                if next == start {
                    return Some(on);
                }
                if seen.insert(next.clone()) {
                    ways.push_back(on);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use super::none;

    #[test]
    fn a_circle_of_three_is_found() {
        let tree = Tree::of(&[
            ("server/src/a.rs", "use crate::b::B;"),
            ("server/src/b/inside.rs", "use crate::c;"),
            ("server/src/b.rs", "mod inside;"),
            ("server/src/c.rs", "fn f() { crate::a::g() }"),
        ]);
        let found = none(&tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].says.contains("a → b → c → a"), "{}", found[0].says);
    }

    #[test]
    fn a_folder_may_import_its_own_modules_and_they_its_items() {
        let tree = Tree::of(&[
            ("server/src/db.rs", "use crate::db::users::Row;"),
            (
                "server/src/db/users.rs",
                "use super::Db;\nuse crate::db::id::Id;",
            ),
            ("server/src/db/id.rs", "use crate::State;"),
        ]);
        assert_eq!(none(&tree), []);
    }
}
