//! What the demo's two owners sell, and the orders behind each sequence: TOML that `zetel-vendor issue` reads.

use std::fmt::Write as _;

/// Code names of the owners; SUPEROFFICE first.
pub(crate) const OWNERS: [&str; 2] = ["SUPEROFFICE", "FJORDMAPS"];
/// The installation.
pub(crate) const SERIAL_NR: &str = "1010000042";
pub(crate) const COMPANY: &str = "Meridian Trading BV";
/// What a demo version has instead.
pub(crate) const DEMO_SERIAL_NR: &str = "1000000000";
pub(crate) const DEMO_COMPANY: &str = "SuperOffice Demo";

/// License files for loading by hand: as issued, and their names.
pub(crate) const FILES: [(&str, &str); 4] = [
    ("superoffice-1010000042-8.lic", "superoffice-8.lic"),
    ("superoffice-1010000042-9.lic", "superoffice-9.lic"),
    ("fjordmaps-1010000042-4.lic", "fjordmaps-4.lic"),
    ("superoffice-1010000042-10.lic", "other-company.lic"),
];

/// The name of an owner's tab.
pub(crate) fn short_name(owner: &str) -> &'static str {
    if owner == OWNERS[0] {
        "SuperOffice"
    } else {
        "Fjord Maps"
    }
}

const SALES: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,sale-cal,t2,saint-cal,\
    target-cal,project-cal,quote-cal,guide-cal,stakeholder-cal,dash-cal,selection-combined-cal";
const SERVICE: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,ej-client,ej-mod-spm-cal,t2,guide-cal,dash-cal,\
    escalate,request-batch";
const MARKETING: &str = "user,web,pocket-crm-cal,selection-cal,relation-cal,report-cal,chat-cal,forms-cal,mail-merge-cal,mktg-auto-cal,\
    t2,target-cal,dash-cal,selection-combined-cal";
/// Names for people of what is hidden.
const HIDDEN: [(&str, &str); 24] = [
    ("user", "User login"),
    ("web", "Web client"),
    ("pocket-crm-cal", "Mobile client"),
    ("selection-cal", "Selections"),
    ("relation-cal", "Relations"),
    ("report-cal", "Reports"),
    ("chat-cal", "Chat"),
    ("forms-cal", "Forms"),
    ("sale-cal", "Sales"),
    ("t2", "Premium tier"),
    ("saint-cal", "Sales Intelligence, editing"),
    ("target-cal", "Targets"),
    ("project-cal", "Projects"),
    ("quote-cal", "Quotes"),
    ("guide-cal", "Guides"),
    ("stakeholder-cal", "Stakeholders"),
    ("dash-cal", "Dashboards"),
    ("selection-combined-cal", "Combined selections"),
    ("mail-merge-cal", "Mail merge"),
    ("ej-client", "Requests"),
    ("ej-mod-spm-cal", "Request handling"),
    ("mktg-auto-cal", "Marketing automation"),
    ("escalate", "Escalation"),
    ("request-batch", "Requests in batches"),
];

/// What comes with a user plan, by its code name; nothing with anything else.
pub(crate) fn brings(module: &str) -> impl Iterator<Item = &'static str> {
    let set = match module {
        "ten-sales" => SALES,
        "ten-service" => SERVICE,
        "ten-marketing" => MARKETING,
        _ => "",
    };
    set.split(',').filter(|member| !member.is_empty())
}

/// The catalogue of an owner.
pub(crate) fn catalogue(owner: &str) -> String {
    if owner != OWNERS[0] {
        return FJORDMAPS.to_owned();
    }
    let mut toml =
        "owner = \"SUPEROFFICE\"\ndescription = \"SuperOffice AS\"\nversion = \"11.11\"\nproduct = \"SuperOffice CRM\"\n".to_owned();
    let plans = [
        (
            "ten-sales",
            "Sales Premium",
            "sales",
            SALES,
            "Sell: sales, quotes, targets and stakeholders",
        ),
        (
            "ten-service",
            "Service Premium",
            "service",
            SERVICE,
            "Answer requests",
        ),
        (
            "ten-marketing",
            "Marketing Premium",
            "marketing",
            MARKETING,
            "Send mailings and run campaigns",
        ),
    ];
    for (name, description, group, set, tooltip) in plans {
        let set: Vec<String> = set
            .split(',')
            .map(|member| format!("\"{member}\""))
            .collect();
        push(
            &mut toml,
            name,
            description,
            &format!(
                "tooltip = \"{tooltip}\"\ngroup = \"{group}\"\nallowed_user_type = \"InternalAssociate\"\nset = [{}]\n",
                set.join(", ")
            ),
        );
    }
    push(
        &mut toml,
        "visible-for",
        "Confidential activities",
        "tooltip = \"Choose who sees an activity\"\n",
    );
    push(
        &mut toml,
        "expander-services",
        "Developer Tools",
        "tooltip = \"System and anonymous users, extra tables, integrations\"\ntype = \"SiteLicense\"\n",
    );
    push(
        &mut toml,
        "saint",
        "Sales Intelligence",
        "tooltip = \"Status monitors for customers\"\ntype = \"SiteLicense\"\n",
    );
    for (name, description) in HIDDEN {
        push(&mut toml, name, description, "hidden = true\n");
    }
    toml
}

fn push(toml: &mut String, name: &str, description: &str, rest: &str) {
    write!(
        toml,
        "\n[[module]]\nname = \"{name}\"\ndescription = \"{description}\"\n{rest}"
    )
    .expect("writing to a String does not fail");
}

const FJORDMAPS: &str = r#"owner = "FJORDMAPS"
description = "Fjord Maps AS"
version = "4.2"
product = "Fjord Maps"

[[module]]
name = "maps"
description = "Maps"
tooltip = "Companies on a map"

[[module]]
name = "route-planning"
description = "Route planning"
tooltip = "The shortest way past all visits"
prerequisite = "maps"

[[module]]
name = "offline-maps"
description = "Offline maps"
tooltip = "Maps without a connection"
"#;

/// How many of what one sequence of SUPEROFFICE has, before it is multiplied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plans {
    pub(crate) sales: u32,
    pub(crate) service: u32,
    pub(crate) marketing: u32,
    /// Of selection-combined-cal; of every other hidden module there are 100.
    pub(crate) combined: u32,
    /// Whether Sales Intelligence is in it.
    pub(crate) saint: bool,
}

/// Modules of a SUPEROFFICE order.
pub(crate) fn superoffice(plans: Plans, times: u32) -> String {
    let mut toml = format!(
        "ten-sales = {}\nten-service = {}\nten-marketing = {}\nvisible-for = \"unrestricted\"\nexpander-services = \"included\"\n",
        plans.sales * times,
        plans.service * times,
        plans.marketing * times
    );
    if plans.saint {
        toml.push_str("saint = \"included\"\n");
    }
    for (name, _) in HIDDEN {
        let number = if name == "selection-combined-cal" {
            plans.combined
        } else {
            100
        };
        writeln!(toml, "{name} = {}", number * times).expect("writing to a String does not fail");
    }
    toml
}

/// Modules of a FJORDMAPS order.
pub(crate) fn fjordmaps(maps: u32, times: u32) -> String {
    format!(
        "maps = {}\nroute-planning = {}\noffline-maps = {}\n",
        maps * times,
        5 * times,
        5 * times
    )
}
