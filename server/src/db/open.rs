//! Opens the database: connections, schema, and the lock that keeps a second console out.
