//! The uploaded file: its owner's alone, not too large, and not for long.

use axum::http::{Method, StatusCode, header};
use licensing::wire::{
    Done, ErrorCode, IMPORT_KEPT_MS, IMPORT_MAX, Imports, PreviewImport, path, paths,
};

use super::{apply, ask, looked_at, upload};
use crate::harness::{Console, for_each_database};

/// Names of the files that are kept.
fn kept(console: &Console) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(console.folder().join("imports")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("it is there")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn nobody_else_sees_or_moves_an_upload_and_its_file_is_for_the_program_alone() {
    for_each_database(async |console| {
        let admin = console.administrator().await;
        let import = upload(&admin, "user_id\nadmin\n").await.import;
        let other = console.signed_in("other", true).await;
        let own = path(paths::IMPORT, &import);
        for (method, path) in [
            (Method::GET, own.clone()),
            (Method::DELETE, own.clone()),
            (Method::POST, path(paths::STOP_IMPORT, &import)),
        ] {
            let answer = other.ask(method, &path, axum::body::Body::empty()).await;
            answer.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        }
        let previewed = other
            .post(
                &path(paths::PREVIEW_IMPORT, &import),
                &PreviewImport::default(),
            )
            .await;
        previewed.error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        assert_eq!(
            other.get(paths::IMPORTS).await.json::<Imports>().imports,
            []
        );
        assert_eq!(
            admin
                .get(paths::IMPORTS)
                .await
                .json::<Imports>()
                .imports
                .len(),
            1
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let folder = console.folder().join("imports");
            let mode = |path: &std::path::Path| {
                std::fs::metadata(path)
                    .expect("it is there")
                    .permissions()
                    .mode()
                    & 0o777
            };
            assert_eq!(mode(&folder), 0o700);
            assert_eq!(mode(&folder.join(format!("{import}.csv"))), 0o600);
        }
        admin.delete(&own, &()).await.json::<Done>();
        assert_eq!(kept(&console), [] as [&str; 0]);
        admin
            .get(&own)
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_file_goes_when_it_is_done_when_another_comes_and_after_a_day() {
    for_each_database(async |console| {
        let admin = console.administrator().await;
        let (import, seen) = looked_at(&console, &admin, "user_id\nadmin\n", false).await;
        assert_eq!(
            kept(&console),
            [format!("{import}.csv"), format!("{import}.frees")]
        );
        apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(kept(&console), [] as [&str; 0]);
        let first = upload(&admin, "user_id\nadmin\n").await.import;
        let second = upload(&admin, "user_id\nadmin\n").await.import;
        assert_eq!(kept(&console), [format!("{second}.csv")]);
        admin
            .get(&path(paths::IMPORT, &first))
            .await
            .error(StatusCode::NOT_FOUND, ErrorCode::NotFound);
        // What belongs to no import goes at the start.
        let stray = console.folder().join("imports/stray.csv");
        std::fs::write(&stray, "x").expect("it can be written");
        server::import::prepare(&console.state)
            .await
            .expect("it begins");
        assert_eq!(kept(&console), [format!("{second}.csv")]);
        console.state.clock.advance(IMPORT_KEPT_MS);
        server::import::sweep(&console.state)
            .await
            .expect("it sweeps");
        assert_eq!(kept(&console), [] as [&str; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_somebody_cleared_away_has_to_be_chosen_again() {
    for_each_database(async |console| {
        let admin = console.administrator().await;
        let (import, seen) = looked_at(&console, &admin, "user_id\nadmin\n", false).await;
        std::fs::remove_dir_all(console.folder().join("imports")).expect("it is there");
        let asked = ask(&admin, &import, &seen.seen, false).await;
        asked.error(StatusCode::CONFLICT, ErrorCode::ImportNotReady);
        let asked = admin
            .post(
                &path(paths::PREVIEW_IMPORT, &import),
                &PreviewImport::default(),
            )
            .await;
        asked.error(StatusCode::CONFLICT, ErrorCode::ImportNotReady);
        let again = looked_at(&console, &admin, "user_id\nadmin\n", false).await;
        assert_eq!(again.1.counts.unchanged, 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_too_large_or_cut_off_leaves_nothing() {
    for_each_database(async |console| {
        let admin = console.administrator().await;
        let mut announced = admin.request(
            Method::POST,
            paths::IMPORTS,
            axum::body::Body::from("user_id\n"),
        );
        announced.headers_mut().insert(
            header::CONTENT_LENGTH,
            header::HeaderValue::from(IMPORT_MAX + 1),
        );
        admin
            .send(announced)
            .await
            .error(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge);
        // More than announced: pieces of 16 MiB until it is too much.
        let piece = axum::body::Bytes::from(vec![b'x'; 16 * 1024 * 1024]);
        let pieces = futures_util::stream::iter(
            (0..65).map(move |_| Ok::<_, std::io::Error>(piece.clone())),
        );
        let long = admin.request(
            Method::POST,
            paths::IMPORTS,
            axum::body::Body::from_stream(pieces),
        );
        admin
            .send(long)
            .await
            .error(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge);
        let cut = futures_util::stream::iter([
            Ok(axum::body::Bytes::from("user_id\n")),
            Err(std::io::Error::other("the browser is gone")),
        ]);
        let cut = admin.request(
            Method::POST,
            paths::IMPORTS,
            axum::body::Body::from_stream(cut),
        );
        admin.send(cut).await.error(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::DatabaseUnavailable,
        );
        assert_eq!(kept(&console), [] as [&str; 0]);
        assert_eq!(
            admin.get(paths::IMPORTS).await.json::<Imports>().imports,
            []
        );
    })
    .await;
}
