//! What a file would do, in tables: what is wrong with it, who loses licenses, who keeps them, what changes.

use licensing::wire::{
    ImportColumn, ImportError, ImportFault, ImportPreview, ImportRow, UserLicense,
};

use super::COLUMNS;
use crate::nodes;
use crate::parts::refusal::say_refusal;
use crate::parts::words::list;
use crate::text::{K, N, fill, joined, now, number, tn};
use crate::ui::el::{El, Node, el};
use crate::ui::notice::{Tone, notice, p};
use crate::ui::table::{Column, row, table};

const ERRORS: [Column; 4] = [
    Column::soft(K::ImportLine),
    Column::soft(K::ImportColumn),
    Column::head(K::ImportErrors),
    Column::soft(K::ImportValue),
];
const ROWS: [Column; 3] = [
    Column::soft(K::ImportLine),
    Column::head(K::Name),
    Column::text(K::WhatChanges),
];

/// Whose licenses go, and whose stay although they left.
pub(super) fn notices(preview: &ImportPreview) -> Node {
    let frees = preview.frees.iter().map(|freed| {
        let users = i64::try_from(freed.users).unwrap_or(i64::MAX);
        tn(N::GoesSome, users, &[("license", &freed.description)])
    });
    let frees: Vec<_> = frees.collect();
    let frees = (!frees.is_empty()).then(|| {
        let words = fill(K::ImportFrees, &[("licences", &list(&frees))]);
        notice(Tone::Amber, p(words))
    });
    let proposed = i64::try_from(preview.counts.proposed).unwrap_or(i64::MAX);
    let proposed =
        (proposed > 0).then(|| notice(Tone::Info, p(tn(N::ImportProposed, proposed, &[]))));
    nodes![frees, proposed]
}

/// What a file would do, line by line.
pub(super) fn tables(preview: &ImportPreview, known: &[UserLicense]) -> Node {
    let changed = preview.counts.created + preview.counts.updated;
    let more = changed.saturating_sub(preview.changing.len());
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    let more = (more > 0).then(|| p(tn(N::AndMore, more, &[])).class("soft"));
    nodes![
        errors(&preview.errors, known),
        rows(K::ImportFreeing, &preview.freeing),
        rows(K::ImportKeeping, &preview.proposed),
        rows(K::WhatChanges, &preview.changing),
        more
    ]
}

/// What is wrong, line by line.
pub(super) fn errors(errors: &[ImportError], known: &[UserLicense]) -> Node {
    let lines = errors.iter().map(|error| {
        let column = match error.column {
            0 => String::new(),
            column => number(column),
        };
        let cells = [
            number(error.line),
            column,
            fault(&error.fault, known),
            error.value.clone(),
        ];
        row(&ERRORS, cells.map(Node::from))
    });
    titled(K::ImportErrors, &ERRORS, lines.collect())
}

fn rows(title: K, rows: &[ImportRow]) -> Node {
    let lines = rows.iter().map(|line| {
        let licences = |key: K, names: &[String]| {
            (!names.is_empty()).then(|| fill(key, &[("licences", &list(names))]))
        };
        let name = |column: &ImportColumn| {
            let known = COLUMNS.iter().find(|(known, _)| known == column);
            known.map_or_else(String::new, |(_, name)| now(*name).to_owned())
        };
        let fields: Vec<_> = line.fields.iter().map(name).collect();
        let fields =
            (!fields.is_empty()).then(|| fill(K::ImportChanged, &[("fields", &list(&fields))]));
        let loses = match title {
            K::ImportKeeping => K::ImportKeeps,
            _ => K::GivesBack,
        };
        let words = [
            line.created.then(|| now(K::ImportNew).to_owned()),
            fields,
            licences(K::Gets, &line.gets),
            licences(loses, &line.loses),
        ];
        let words: Vec<_> = words.into_iter().flatten().collect();
        let cells = [
            number(line.line),
            line.full_name.clone(),
            joined(&words, " "),
        ];
        row(&ROWS, cells.map(Node::from))
    });
    titled(title, &ROWS, lines.collect())
}

fn titled(title: K, columns: &[Column], lines: Vec<El>) -> Node {
    if lines.is_empty() {
        return Node::Nothing;
    }
    let body = el("tbody").children(lines);
    nodes![el("h3").child(title), table(title, columns, None, body)]
}

fn fault(fault: &ImportFault, known: &[UserLicense]) -> String {
    let key = match fault {
        ImportFault::Columns => K::FaultColumns,
        ImportFault::TooManyColumns => K::FaultTooManyColumns,
        ImportFault::TooManyLines => K::FaultTooManyLines,
        ImportFault::UnclosedQuote => K::FaultUnclosedQuote,
        ImportFault::OtherColumns => K::FaultOtherColumns,
        ImportFault::OtherEncoding => K::FaultOtherEncoding,
        ImportFault::Nul => K::FaultNul,
        ImportFault::TooLong => K::FaultTooLong,
        ImportFault::NoUserId => K::FaultNoUserId,
        ImportFault::Duplicate => K::FaultDuplicate,
        ImportFault::UnknownUser => K::FaultUnknownUser,
        ImportFault::NoName => K::FaultNoName,
        ImportFault::NotYesOrNo => K::FaultNotYesOrNo,
        ImportFault::NotSold => K::FaultNotSold,
        ImportFault::Ambiguous => K::FaultAmbiguous,
        ImportFault::OtherColumn => K::FaultOtherColumn,
        ImportFault::FreesUnseen => K::FaultFreesUnseen,
        ImportFault::Refused(refusal) => return say_refusal(refusal, known),
    };
    now(key).to_owned()
}
