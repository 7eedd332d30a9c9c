//! Banners: what needs attention. Those of a license's dates stand on every screen, for everyone whom the session tells.

use licensing::license::CivilDate;
use licensing::standing::Phase;
use licensing::wire::OwnerStanding;

use crate::nodes;
use crate::session::Session;
use crate::text::{self, K, Length, fill, now};
use crate::ui::el::{El, Node, el, live};
use crate::ui::notice::{Tone, notice, p};

/// A banner: a title and a sentence.
pub(crate) fn banner(tone: Tone, title: K, sentence: &str, more: Option<El>) -> El {
    notice(
        tone,
        nodes![el("strong").child(now(title)), p(sentence), more],
    )
}

/// The way to the owner (by name), where it is known.
pub(crate) fn contact(owner: &str, url: Option<&String>) -> Option<El> {
    let words = fill(K::ContactOwner, &[("owner", owner)]);
    Some(p(outside(url?.clone()).child(words)))
}

/// A link that leads out of the console, in a tab of its own.
pub(crate) fn outside(url: String) -> El {
    el("a")
        .attr("href", url)
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer")
}

/// Which licenses are about to expire, in grace, or have ended. Changes are said to screen readers.
pub(crate) fn standings(session: Session) -> El {
    let banners = live(move || {
        let mut banners = Vec::new();
        if let Some(who) = session.who() {
            for standing in &who.standings {
                banners.push(dates(standing, who.administrator).into());
            }
        }
        Node::Many(banners)
    });
    el("div")
        .class("banners")
        .attr("aria-live", "polite")
        .child(banners)
}

fn dates(standing: &OwnerStanding, administrator: bool) -> El {
    let (tone, title, key) = match standing.phase {
        Phase::InOrder | Phase::Warning => (Tone::Amber, K::ExpiresSoon, K::BannerWarning),
        Phase::InGrace => (Tone::Red, K::InGrace, K::BannerGrace),
        Phase::Ended => (Tone::Red, K::Ended, K::BannerEnded),
    };
    let date = standing.date.map(day).unwrap_or_default();
    let values = [("owner", standing.description.as_str()), ("date", &date)];
    let next = if administrator {
        K::BannerRenew
    } else {
        K::BannerAsk
    };
    let sentence = [&fill(key, &values), " ", now(next)].concat();
    banner(tone, title, &sentence, None)
}

/// A day in words.
pub(crate) fn day(date: CivilDate) -> String {
    text::date(&date.to_string(), Length::Long)
}
