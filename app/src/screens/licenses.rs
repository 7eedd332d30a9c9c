//! The Licences screen.

use leptos::prelude::*;

use crate::text::K;
use crate::ui::page::Page;

/// The Licences screen.
#[component]
pub(crate) fn Licenses() -> impl IntoView {
    view! { <Page heading=K::LicencesScreen>""</Page> }
}
