//! The program `zetel`.

fn main() {}
