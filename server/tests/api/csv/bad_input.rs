//! Everything that may be wrong with a file, each named at its line and column, and nothing of it done.

use licensing::wire::{Encoding, ErrorCode, Import, ImportColumn, PreviewImport, Separator, paths};

use super::{apply, ask, looked_at, named, preview, refused, upload};
use crate::stock::{self, counters, plan, seats, site};
use crate::tables;

#[tokio::test]
async fn each_kind_of_bad_input_is_named_at_its_line_and_column() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("basic", 9).of_group("crm"),
                plan("sales", 9).of_group("crm"),
                seats("maps", 9),
                seats("routes", 9).needs("maps"),
                site("all"),
            ],
        );
        owner
            .fill(
                &console,
                &sold,
                &[("ann", &[]), ("bob", &[]), ("eva", &["maps", "routes"])],
            )
            .await;
        let admin = console.administrator().await;
        let before = tables::dump(&console).await;
        let long = "x".repeat(255);
        let huge = "y".repeat(10_000_000);
        let file = [
            "user_id,full_name,plan,licenses,can_log_in",
            "nobody,,,,",
            "ann,Ann,,,yes",
            "ANN,Ann,,,yes",
            ",Nameless,,,yes",
            "bob,Bob,,sales,",
            "u1,,,,",
            "u2,a\0b,,,",
            &format!("u3,{long},,,"),
            &format!("u4,{huge},,,"),
            "u5,Eve,,,perhaps",
            "u6,Eve,,,,,,",
            "u7,Eve",
            "u8,Eve,,nothing,",
            "u9,Eve,,routes,",
            "u10,Eve,basic;sales,,",
            "u11,Eve,,all,",
            "eva,Eva,,routes,",
            "admin,,,,no",
            "u12,Eve,\"maps\",,",
            "u13,\u{fffd},,,",
            "u14,\"never closed,,,",
            "u15,Eve,,,",
        ];
        let (import, seen) = looked_at(&console, &admin, file.join("\n"), true).await;
        assert_eq!(
            named(&seen.errors),
            [
                "2:2 NoName nobody",
                "4:1 Duplicate ANN",
                "5:1 NoUserId ",
                "6:4 OtherColumn sales",
                "7:2 NoName u1",
                "8:2 Nul a\u{2400}b",
                &format!("9:2 TooLong {}…", &long[..60]),
                "10:2 TooLong ",
                "11:5 NotYesOrNo perhaps",
                "12:0 OtherColumns 8",
                "13:0 OtherColumns 2",
                "14:4 NotSold nothing",
                "15:4 routes needs maps routes",
                "16:3 two plans of a group basic;sales",
                "16:3 two plans of a group basic;sales",
                "17:4 NotSold all",
                "18:4 routes needs maps routes",
                "19:2 NoName admin",
                "20:3 OtherColumn maps",
                "21:2 OtherEncoding \u{fffd}",
                "22:2 UnclosedQuote ",
            ]
        );
        // What stands behind a quotation mark without an end is not known.
        assert!(!seen.usable);
        refused(
            &ask(&admin, &import, &seen.seen, true).await,
            ErrorCode::ImportNotReady,
        );
        let after = tables::dump(&console).await;
        let without = |dump: &str| {
            dump.lines()
                .filter(|line| !line.contains("users.csv"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(without(&after), without(&before));
    })
    .await;
}

#[tokio::test]
async fn unknown_users_are_errors_unless_they_are_to_be_made_and_nobody_locks_themselves_out() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(
                &console,
                &owner.license(1, vec![seats("maps", 2)]),
                &[("ann", &[])],
            )
            .await;
        let admin = console.administrator().await;
        let file = "User ID;Naam;Kan aanmelden\nann;Ann;nee\nnobody;New;ja\nadmin;Admin;nee\n";
        let (import, seen) = looked_at(&console, &admin, file, false).await;
        assert_eq!(
            named(&seen.errors),
            ["3:0 UnknownUser nobody", "4:3 Refused(Yourself) admin"]
        );
        refused(
            &ask(&admin, &import, &seen.seen, false).await,
            ErrorCode::ImportHasErrors,
        );
        let done = apply(&console, &admin, &import, &seen.seen, true).await;
        assert_eq!((done.done.updated, done.done.refused), (1, 2));
        assert_eq!(named(&done.refused), named(&seen.errors));
    })
    .await;
}

#[tokio::test]
async fn the_seat_that_is_one_short_is_named_in_the_middle_where_it_is_missing() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(
            1,
            vec![
                plan("sales", 2).brings(&["mail"]),
                stock::hidden("mail", 2),
                seats("maps", 9),
            ],
        );
        owner
            .fill(
                &console,
                &sold,
                &[
                    ("ann", &["sales"]),
                    ("bob", &[]),
                    ("eva", &[]),
                    ("kim", &[]),
                ],
            )
            .await;
        let admin = console.administrator().await;
        let file =
            "user_id,plan,licenses\nbob,sales,\neva,SALES,maps\nann,,maps\nkim,FJORDMAPS.sales,\n";
        let (import, seen) = looked_at(&console, &admin, file, false).await;
        // Ann's seat, which her line frees, is Kim's; there is none yet for Eva.
        assert_eq!(
            named(&seen.errors),
            ["3:2 no seat of mail SALES", "3:2 no seat of sales SALES"]
        );
        assert_eq!((seen.counts.updated, seen.counts.refused), (3, 1));
        let done = apply(&console, &admin, &import, &seen.seen, true).await;
        assert_eq!((done.done.updated, done.done.refused), (3, 1));
        assert_eq!(counters(&console).await, ["mail 2", "maps 1", "sales 2"]);
    })
    .await;
}

#[tokio::test]
async fn separator_encoding_and_columns_are_guessed_and_can_be_changed() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(
                &console,
                &owner.license(1, vec![seats("maps", 2)]),
                &[("ann", &[])],
            )
            .await;
        let admin = console.administrator().await;
        let utf16: Vec<u8> = "\u{feff}User ID\tAchternaam\nann\tZoë\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let guessed = upload(&admin, utf16).await;
        assert_eq!(
            (guessed.read_as.encoding, guessed.read_as.separator),
            (Encoding::Utf16Le, Separator::Tab)
        );
        let (user_id, last_name) = (Some(ImportColumn::UserId), Some(ImportColumn::LastName));
        assert_eq!(guessed.read_as.columns, [user_id, last_name]);
        assert_eq!(guessed.head, ["User ID", "Achternaam"]);
        let seen = preview(&console, &admin, &guessed.import, &PreviewImport::default()).await;
        assert_eq!(seen.changing[0].full_name, "ann Zoë");
        let western = upload(&admin, &b"who;what\nann;Zo\xeb\n"[..]).await;
        assert_eq!(
            (western.read_as.encoding, western.read_as.separator),
            (Encoding::Windows1252, Separator::Semicolon)
        );
        let mut asked = PreviewImport::default();
        let seen = preview(&console, &admin, &western.import, &asked).await;
        assert_eq!(
            (named(&seen.errors), seen.usable),
            (vec!["1:0 Columns ".to_owned()], false)
        );
        asked.columns = Some(vec![user_id, last_name]);
        let seen = preview(&console, &admin, &western.import, &asked).await;
        assert_eq!(
            (seen.changing[0].full_name.as_str(), seen.usable),
            ("ann Zoë", true)
        );
        asked.encoding = Some(Encoding::Utf8);
        let seen = preview(&console, &admin, &western.import, &asked).await;
        assert_eq!(named(&seen.errors), ["2:2 OtherEncoding Zo\u{fffd}"]);
        (asked.separator, asked.columns) = (Some(Separator::Comma), None);
        let seen = preview(&console, &admin, &western.import, &asked).await;
        assert_eq!(named(&seen.errors), ["1:0 Columns "]);
    })
    .await;
}

#[tokio::test]
async fn another_way_of_reading_takes_the_place_of_the_look_under_way() {
    stock::for_each_database(async |console, owner| {
        let sold = owner.license(1, vec![seats("maps", 2)]);
        owner.fill(&console, &sold, &[]).await;
        let admin = console.administrator().await;
        let lines: String = (0..5_000).map(|number| format!("n{number}\n")).collect();
        let file = format!("user_id\n{lines}");
        let import = upload(&admin, file).await.import;
        let path = licensing::wire::path(paths::PREVIEW_IMPORT, &import);
        let mut asked = PreviewImport::default();
        admin.post(&path, &asked).await.json::<Import>();
        asked.create = true;
        let seen = preview(&console, &admin, &import, &asked).await;
        // A user needs a name: that is found out only when they are to be made.
        assert_eq!((seen.counts.refused, seen.errors.len()), (5_000, 100));
        assert_eq!(named(&seen.errors[..1]), ["2:0 NoName n0"]);
    })
    .await;
}

#[tokio::test]
async fn five_hundred_columns_an_empty_file_and_one_without_lines_are_no_harm() {
    stock::for_each_database(async |console, owner| {
        owner
            .fill(
                &console,
                &owner.license(1, vec![seats("maps", 2)]),
                &[("ann", &[])],
            )
            .await;
        let admin = console.administrator().await;
        let (_, seen) = looked_at(
            &console,
            &admin,
            format!("user_id{}\nann\n", ",x".repeat(499)),
            false,
        )
        .await;
        assert_eq!(
            (named(&seen.errors), seen.usable),
            (vec!["1:101 TooManyColumns ".to_owned()], false)
        );
        let (_, seen) = looked_at(&console, &admin, "", false).await;
        assert_eq!(
            (named(&seen.errors), seen.usable),
            (vec!["1:0 Columns ".to_owned()], false)
        );
        let (import, seen) = looked_at(&console, &admin, "user_id\n\n", false).await;
        assert_eq!((seen.errors.len(), seen.usable), (0, true));
        let done = apply(&console, &admin, &import, &seen.seen, false).await;
        assert_eq!(done.done, licensing::wire::ImportCounts::default());
    })
    .await;
}
