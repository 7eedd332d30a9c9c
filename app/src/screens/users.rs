//! The Users screen: associates, other users, and who holds which user license.

use leptos::prelude::*;

use crate::text::K;
use crate::ui::page::Page;

/// The Users screen.
#[component]
pub(crate) fn Users() -> impl IntoView {
    view! { <Page heading=K::UsersScreen>""</Page> }
}
