//! Why a user may not hold a license, in words.

use licensing::assignment::{Refusal, Shortage};
use licensing::license::ModuleName;
use licensing::wire::{ErrorCode, Problem, UserLicense};

use super::failure::say;
use crate::api::Failure;
use crate::text::{K, fill, now, number};

/// Every reason against an assignment, a sentence each; other failures in their own words. `known` has the names.
pub(crate) fn say_refusals(failure: &Failure, known: &[UserLicense]) -> Vec<String> {
    let Failure::Refused(body) = failure else {
        return vec![say(failure)];
    };
    if body.code != ErrorCode::AssignmentRefused {
        return vec![say(failure)];
    }
    let sentences: Vec<_> = body
        .problems
        .iter()
        .filter_map(|problem| match problem {
            Problem::Refusal { refusal } => Some(say_refusal(refusal, known)),
            Problem::Shortage(shortage) => Some(no_seat(shortage, known)),
            Problem::Field { .. } | Problem::UserChanged { .. } => None,
        })
        .collect();
    if sentences.is_empty() {
        vec![say(failure)]
    } else {
        sentences
    }
}

/// One reason, a sentence.
pub(crate) fn say_refusal(refusal: &Refusal, known: &[UserLicense]) -> String {
    let about = |key: K, module: &ModuleName| fill(key, &[("license", name(module, known))]);
    match refusal {
        Refusal::NotSold(module) => about(K::RefusalNotSold, module),
        Refusal::NotAssignable(module) => about(K::RefusalNotAssignable, module),
        Refusal::AlreadyAssigned(module) => about(K::RefusalAlreadyAssigned, module),
        Refusal::UserTypeNotAllowed { module, allowed } => {
            let kind = super::words::users(*allowed);
            let values = [("license", name(module, known)), ("kind", now(kind))];
            fill(K::RefusalUserType, &values)
        }
        Refusal::PrerequisiteMissing {
            module,
            prerequisite,
        } => fill(
            K::RefusalPrerequisite,
            &[
                ("license", name(module, known)),
                ("prerequisite", name(prerequisite, known)),
            ],
        ),
        Refusal::PlanOfGroup { module, holds } => fill(
            K::RefusalPlanOfGroup,
            &[
                ("license", name(module, known)),
                ("holds", name(holds, known)),
            ],
        ),
        Refusal::NoSeat(shortage) => no_seat(shortage, known),
        Refusal::Ended => now(K::RefusalEnded).to_owned(),
        Refusal::FormerEmployee => now(K::RefusalFormerEmployee).to_owned(),
        Refusal::Yourself => now(K::FailureYourself).to_owned(),
    }
}

fn no_seat(shortage: &Shortage, known: &[UserLicense]) -> String {
    let values = [
        ("license", name(&shortage.module, known)),
        ("bought", &number(shortage.bought.into())),
        ("in_use", &number(shortage.in_use.into())),
        ("short", &number(shortage.short.into())),
    ];
    fill(K::RefusalNoSeat, &values)
}

/// The name for people; the code name of what is not among them.
fn name<'a>(module: &'a ModuleName, known: &'a [UserLicense]) -> &'a str {
    known
        .iter()
        .find(|license| license.module == *module)
        .map_or(module.as_str(), |license| &license.description)
}
