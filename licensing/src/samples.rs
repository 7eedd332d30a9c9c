//! Ready-made keys, licenses and files for tests.
