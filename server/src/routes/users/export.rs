//! A list of users as CSV.

use axum::response::Response;
use licensing::wire::{ExportAs, UserList, UsersQuery};

use super::{filter, plans};
use crate::db::users::cursor::Order;
use crate::error::Error;
use crate::extract::Query;
use crate::routes::export::{self, Export};
use crate::{SignedIn, State};

pub(super) async fn export(
    _: SignedIn,
    state: State,
    Query(query): Query<UsersQuery>,
    Query(ExportAs { separator }): Query<ExportAs>,
) -> Result<Response, Error> {
    let permit = export::permit(&state)?;
    let mut tx = state.db.begin_view().await?;
    let asked: Result<_, Error> = async {
        let filter = filter(&mut tx, &query, &state.clock).await?;
        Ok((filter, plans(&mut tx).await?))
    }
    .await;
    let (filter, plans) = match asked {
        Ok(asked) => asked,
        Err(error) => return tx.close(Err(error)).await,
    };
    let name = match query.list {
        UserList::Associates => "users",
        UserList::OtherUsers => "other-users",
    };
    let export = Export {
        filter,
        order: Order {
            sort: query.sort,
            descending: query.descending,
        },
        plans,
        separator,
        name: name.to_owned(),
    };
    Ok(export::answer(&state, permit, tx, export))
}
