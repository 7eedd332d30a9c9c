//! The server as its clients see it: the real router over a fresh database, every test on both databases.
//!
//! A file per resource. To add one: `mod name;` here, then tests with `for_each_database` of [`harness`].

mod activation;
mod assign;
mod bad_files;
mod config;
mod csv;
mod database;
mod events;
mod free;
mod harness;
mod holders;
mod installation;
mod layers;
mod license_server;
mod licenses;
mod many;
mod model;
mod offers;
mod people;
mod program;
mod renewal;
mod retrieval;
mod routes_need_an_administrator;
mod save;
mod seat_use;
mod seats;
mod seed;
mod session;
mod site;
mod standings;
mod stock;
mod tables;
mod users;
