//! How the databases differ in their lexical rules.

/// Whose lexical rules a statement follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Standard SQL with what most databases share; for a database that is not known.
    #[default]
    Generic,
    /// SQLite: `[name]`, `?1`, `$name`, no escapes by backslash.
    Sqlite,
    /// PostgreSQL and what speaks like it: `E'\n'`, `$tag$ ... $tag$`, nested comments, `::`.
    Postgresql,
    /// SQL Server: `[name]`, `N'text'`, no escapes by backslash.
    SqlServer,
    /// MySQL and MariaDB: `"string"`, backslash escapes, `# comment`.
    Mysql,
}

impl Dialect {
    /// The dialect of a database named as OpenTelemetry (`db.system.name`) or a driver does; unknown names are `Generic`.
    pub fn of(system: &str) -> Dialect {
        match system.to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Dialect::Sqlite,
            "postgresql" | "postgres" | "redshift" | "cockroachdb" | "aws.redshift" | "vertica"
            | "greenplum" | "yugabytedb" => Dialect::Postgresql,
            "mysql" | "mariadb" | "tidb" => Dialect::Mysql,
            "mssql" | "sqlserver" | "microsoft.sql_server" | "azure.sql" | "sybase" => Dialect::SqlServer,
            _ => Dialect::Generic,
        }
    }

    pub(crate) fn backslash_escapes(self) -> bool {
        self == Dialect::Mysql
    }

    pub(crate) fn double_quotes_are_strings(self) -> bool {
        self == Dialect::Mysql
    }

    pub(crate) fn backticks(self) -> bool {
        !matches!(self, Dialect::Postgresql | Dialect::SqlServer)
    }

    /// Elsewhere a bracket is an array's index.
    pub(crate) fn bracket_identifiers(self) -> bool {
        matches!(self, Dialect::Sqlite | Dialect::SqlServer)
    }

    pub(crate) fn nested_comments(self) -> bool {
        matches!(self, Dialect::Postgresql | Dialect::SqlServer)
    }

    pub(crate) fn hash_comments(self) -> bool {
        self == Dialect::Mysql
    }

    /// MySQL reads `a--1` as arithmetic: its `--` needs a blank behind it.
    pub(crate) fn dashes_need_blank(self) -> bool {
        self == Dialect::Mysql
    }

    pub(crate) fn dollar_quotes(self) -> bool {
        matches!(self, Dialect::Generic | Dialect::Postgresql)
    }

    pub(crate) fn named_dollar(self) -> bool {
        matches!(self, Dialect::Generic | Dialect::Sqlite)
    }

    /// `@` is an operator of PostgreSQL and a variable elsewhere.
    pub(crate) fn at_names(self) -> bool {
        self != Dialect::Postgresql
    }

    /// `%s` and `%(name)s` of PEP 249; SQLite's drivers have none, and `a %s` is a modulo there.
    pub(crate) fn percent_placeholders(self) -> bool {
        self != Dialect::Sqlite
    }

    /// Whether `prefix` directly before a quote belongs to the string, and whether backslashes then escape.
    pub(crate) fn string_prefix(self, prefix: &[u8]) -> Option<bool> {
        let escapes = self.backslash_escapes();
        match (self, prefix) {
            (_, b"x" | b"X" | b"b" | b"B") => Some(false),
            (Dialect::Postgresql | Dialect::Generic, b"e" | b"E") => Some(true),
            (Dialect::Sqlite, _) => None,
            (_, b"n" | b"N") => Some(escapes),
            _ => None,
        }
    }
}
