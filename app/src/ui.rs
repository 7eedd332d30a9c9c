//! Widgets that do not know what a license is: they use `text` and the browser, nothing else of the console.
//!
//! To add one: its file here, its style in `style/<name>.css`, its keyboard list in `end2end`.

pub(crate) mod chart;
pub(crate) mod dialog;
pub(crate) mod el;
pub(crate) mod filter;
pub(crate) mod form;
pub(crate) mod heard;
pub(crate) mod icon;
pub(crate) mod loaded;
pub(crate) mod media;
pub(crate) mod menu;
pub(crate) mod meter;
pub(crate) mod more;
pub(crate) mod notice;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod tabs;
pub(crate) mod time;
